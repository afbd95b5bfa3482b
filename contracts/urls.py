from django.urls import path

from contracts.actions import ACTIONS, LINE_ACTIONS
from contracts.views import action, alert, contract

app_name = "contracts"

urlpatterns = [
    path("clients/<int:client_pk>/contracts/new/", contract.contract_create, name="contract_create"),
    path("contracts/<int:pk>/", contract.contract_page, name="contract_page"),
    path("contracts/<int:pk>/edit/", contract.contract_edit, name="contract_edit"),
    path("contracts/<int:pk>/discard/", contract.contract_discard, name="contract_discard"),
    path("contracts/<int:contract_pk>/lines/new/", contract.line_create, name="line_create"),
    path("lines/<int:pk>/edit/", contract.line_edit, name="line_edit"),
    path("lines/<int:pk>/remove/", contract.line_remove, name="line_remove"),
    path("alerts/<int:pk>/acknowledge/", alert.alert_acknowledge, name="alert_acknowledge"),
    path("alerts/<int:pk>/snooze/", alert.alert_snooze, name="alert_snooze"),
    *(
        path(f"contracts/<int:pk>/{name}/", action.contract_action, {"name": name}, name=f"contract_{name}")
        for name in ACTIONS
    ),
    *(
        path(f"lines/<int:pk>/{name}/", action.line_action, {"name": name}, name=f"line_{name}")
        for name in LINE_ACTIONS
    ),
]
