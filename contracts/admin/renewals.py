from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.base import TrackedAdmin
from contracts.models import AlertLadder, RenewalAlert, RenewalDecision


@admin.register(AlertLadder)
class AlertLadderAdmin(TrackedAdmin):
    list_display = ("tier", "days")


@admin.register(RenewalAlert)
class RenewalAlertAdmin(TrackedAdmin):
    """Alerts follow from terms; a person may only correct what persons wrote on them."""

    list_display = ("contract", "term_end", "anchor", "stage", "stage_due_on", "closed_at", "acknowledged_by")
    list_filter = (
        "stage",
        ("closed_at", admin.EmptyFieldListFilter),
        ("acknowledged_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("contract", "acknowledged_by")
    search_fields = ("contract__number", "contract__client__legal_name")
    autocomplete_fields = ("acknowledged_by",)
    date_hierarchy = "anchor"
    readonly_fields = ("contract", "term_end", "anchor", "stage", "stage_due_on", "closed_at", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(RenewalDecision)
class RenewalDecisionAdmin(TrackedAdmin):
    list_display = ("contract", "term_end", "by", "decided_at")
    list_select_related = ("contract", "by")
    search_fields = ("contract__number", "contract__client__legal_name")
    autocomplete_fields = ("contract", "by")
    date_hierarchy = "decided_at"
