from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clients.models import Contact
from clients.revisions import RevisionFormMixin


class ContactForm(RevisionFormMixin):
    class Meta:
        model = Contact
        fields = (
            "salutation",
            "full_name",
            "preferred_name",
            "degree",
            "job_title",
            "phone",
            "has_whatsapp",
            "email",
            "decision_role",
            "influence",
            "attitude",
            "is_primary",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget.attrs.update({"inputmode": "tel", "autocomplete": "off"})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("has_whatsapp") and not cleaned.get("phone") and "phone" not in self.errors:
            self.add_error("phone", forms.ValidationError(_("WhatsApp needs a phone number.")))
        if cleaned.get("is_primary") and self.instance.is_active and self._other_primary().exists():
            self.add_error(
                "is_primary", forms.ValidationError(_("This client has a primary contact already."))
            )
        return cleaned

    def _other_primary(self) -> "QuerySet[Contact]":
        """`client` is no field of the form, so Django leaves its unique constraint unchecked."""
        primary = Contact.objects.filter(client=self.instance.client, is_primary=True, is_active=True)
        return primary.exclude(pk=self.instance.pk)
