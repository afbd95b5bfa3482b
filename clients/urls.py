from django.urls import path

from clients.views import assignment, client, contact, interaction, merge, task

app_name = "clients"

urlpatterns = [
    path("clients/new/", client.client_create, name="client_create"),
    path("clients/<int:pk>/edit/", client.client_edit, name="client_edit"),
    path("clients/<int:pk>/tier/", client.client_tier, name="client_tier"),
    path("clients/<int:pk>/merge/<int:other_pk>/", merge.client_merge, name="client_merge"),
    path("clients/<int:pk>/not-the-same/<int:other_pk>/", merge.duplicate_dismiss, name="duplicate_dismiss"),
    path(
        "clients/<int:pk>/maybe-the-same/<int:other_pk>/", merge.duplicate_suggest, name="duplicate_suggest"
    ),
    path("clients/merges/<int:pk>/undo/", merge.merge_undo, name="merge_undo"),
    path("clients/<int:client_pk>/assign/<slug:role>/", assignment.owner_assign, name="owner_assign"),
    path("clients/<int:client_pk>/contacts/new/", contact.contact_create, name="contact_create"),
    path("contacts/<int:pk>/edit/", contact.contact_edit, name="contact_edit"),
    path("contacts/<int:pk>/deactivate/", contact.contact_deactivate, name="contact_deactivate"),
    path("contacts/<int:pk>/activate/", contact.contact_activate, name="contact_activate"),
    path("log/", interaction.interaction_quick, name="interaction_quick"),
    path("clients/<int:client_pk>/log/", interaction.interaction_create, name="interaction_create"),
    path("interactions/<int:pk>/edit/", interaction.interaction_edit, name="interaction_edit"),
    path("clients/<int:client_pk>/tasks/new/", task.task_create, name="task_create"),
    path("tasks/<int:pk>/edit/", task.task_edit, name="task_edit"),
    path("tasks/<int:pk>/done/", task.task_done, name="task_done"),
    path("tasks/<int:pk>/reopen/", task.task_reopen, name="task_reopen"),
    path("tasks/<int:pk>/snooze/", task.task_snooze, name="task_snooze"),
]
