from clients.forms.assignment import AssignForm
from clients.forms.client import ClientForm, NewClientForm, TierForm
from clients.forms.contact import ContactForm
from clients.forms.interaction import InteractionForm
from clients.forms.task import SnoozeForm, TaskForm

__all__ = [
    "AssignForm",
    "ClientForm",
    "ContactForm",
    "InteractionForm",
    "NewClientForm",
    "SnoozeForm",
    "TaskForm",
    "TierForm",
]
