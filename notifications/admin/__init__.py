from notifications.admin.messages import (
    DeliveryHoursAdmin,
    NotificationAdmin,
    OutboundEmailAdmin,
    PreferenceAdmin,
)
from notifications.admin.people import InvitingUserAdmin

__all__ = [
    "DeliveryHoursAdmin",
    "InvitingUserAdmin",
    "NotificationAdmin",
    "OutboundEmailAdmin",
    "PreferenceAdmin",
]
