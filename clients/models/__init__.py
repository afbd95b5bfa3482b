from clients.models.access import Act
from clients.models.answer import Answer, Survey
from clients.models.assignment import Assignment
from clients.models.client import Client, ClientScopedQuerySet
from clients.models.contact import Consent, Contact
from clients.models.interaction import Interaction
from clients.models.merge import ClientMerge, MergedRow, NotDuplicate
from clients.models.task import Task

__all__ = [
    "Act",
    "Answer",
    "Assignment",
    "Client",
    "ClientMerge",
    "ClientScopedQuerySet",
    "Consent",
    "Contact",
    "Interaction",
    "MergedRow",
    "NotDuplicate",
    "Survey",
    "Task",
]
