from django.contrib import admin

from accounts.admin.base import KeptInline, RunningFilter, TrackedAdmin
from clients.models import Assignment


class AssignmentInline(KeptInline):
    model = Assignment
    autocomplete_fields = ("user",)


@admin.register(Assignment)
class AssignmentAdmin(TrackedAdmin):
    list_display = ("client", "user", "role", "start", "end")
    list_filter = ("role", RunningFilter)
    list_select_related = ("client", "user")
    search_fields = ("client__legal_name", "client__brand_name", "user__full_name")
    autocomplete_fields = ("client", "user")
    date_hierarchy = "start"
