from contracts.forms.actions import (
    ActionForm,
    AddLineForm,
    AmendForm,
    EndLineForm,
    NoticeForm,
    PauseForm,
    RenewForm,
    ResumeForm,
    SignForm,
    TerminateForm,
)
from contracts.forms.contract import ContractForm, LineForm

__all__ = [
    "ActionForm",
    "AddLineForm",
    "AmendForm",
    "ContractForm",
    "EndLineForm",
    "LineForm",
    "NoticeForm",
    "PauseForm",
    "RenewForm",
    "ResumeForm",
    "SignForm",
    "TerminateForm",
]
