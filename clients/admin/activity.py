from django.contrib import admin

from accounts.admin.base import ModelAdmin, TrackedAdmin
from clients.models import Answer, Interaction, Survey, Task


@admin.register(Interaction)
class InteractionAdmin(TrackedAdmin):
    list_display = ("happened_at", "client", "channel", "outcome", "by", "next_step", "next_step_due")
    list_filter = ("channel", "outcome")
    list_select_related = ("client", "by")
    search_fields = ("client__legal_name", "by__full_name", "summary", "next_step")
    autocomplete_fields = ("client", "by", "contact")
    readonly_fields = ("created_at",)
    date_hierarchy = "happened_at"


@admin.register(Task)
class TaskAdmin(TrackedAdmin):
    list_display = ("title", "client", "owner", "due_on", "done_at", "snoozes")
    list_filter = (("done_at", admin.EmptyFieldListFilter), "source")
    list_select_related = ("client", "owner")
    search_fields = ("title", "client__legal_name", "owner__full_name")
    autocomplete_fields = ("client", "owner", "done_by")
    readonly_fields = ("created_at",)
    date_hierarchy = "due_on"


@admin.register(Survey)
class SurveyAdmin(ModelAdmin):
    list_display = ("title", "kind", "question")
    list_filter = ("kind",)
    search_fields = ("title", "question")


@admin.register(Answer)
class AnswerAdmin(TrackedAdmin):
    list_display = ("answered_at", "survey", "client", "contact", "score", "entered_by")
    list_filter = ("survey__kind", "survey", "score")
    list_select_related = ("survey", "client", "contact", "entered_by")
    search_fields = ("client__legal_name", "contact__full_name", "comment")
    autocomplete_fields = ("survey", "client", "contact", "entered_by")
    date_hierarchy = "answered_at"
