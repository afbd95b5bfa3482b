from notifications.models.notification import Kind, Notification
from notifications.models.outbound_email import OutboundEmail
from notifications.models.preference import DeliveryHours, Preference

__all__ = ["DeliveryHours", "Kind", "Notification", "OutboundEmail", "Preference"]
