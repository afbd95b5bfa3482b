from clients.forms.assignment import AssignForm
from clients.forms.client import ClientForm, NewClientForm, TierForm
from clients.forms.contact import ContactForm
from clients.forms.interaction import InteractionForm
from clients.forms.merge import MergeForm
from clients.forms.task import SnoozeForm, TaskForm

__all__ = [
    "AssignForm",
    "ClientForm",
    "ContactForm",
    "InteractionForm",
    "MergeForm",
    "NewClientForm",
    "SnoozeForm",
    "TaskForm",
    "TierForm",
]
