from clients.admin.activity import AnswerAdmin, InteractionAdmin, SurveyAdmin, TaskAdmin
from clients.admin.assignments import AssignmentAdmin
from clients.admin.clients import ClientAdmin
from clients.admin.contacts import ConsentAdmin, ContactAdmin
from clients.admin.merges import ClientMergeAdmin

__all__ = [
    "AnswerAdmin",
    "AssignmentAdmin",
    "ClientAdmin",
    "ClientMergeAdmin",
    "ConsentAdmin",
    "ContactAdmin",
    "InteractionAdmin",
    "SurveyAdmin",
    "TaskAdmin",
]
