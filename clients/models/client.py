from datetime import date
from typing import TYPE_CHECKING, Any, Self

import pghistory
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, F, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.days import today
from accounts.models import Tier, User
from accounts.models.user import TimeZone
from clients.models import access
from clients.models.access import Act
from clients.models.names import LegalForm, NameKey
from clients.models.npwp import is_personal, masked, npwp_from


class Industry(models.TextChoices):
    FMCG = "fmcg", _("Food and consumer goods")
    RETAIL = "retail", _("Retail and e-commerce")
    FINANCE = "finance", _("Financial services")
    HEALTH = "health", _("Health care")
    EDUCATION = "education", _("Education")
    PROPERTY = "property", _("Property and construction")
    LOGISTICS = "logistics", _("Logistics")
    HOSPITALITY = "hospitality", _("Hotels and restaurants")
    MANUFACTURING = "manufacturing", _("Manufacturing")
    TECHNOLOGY = "technology", _("Technology")
    AUTOMOTIVE = "automotive", _("Automotive")
    ENERGY = "energy", _("Mining and energy")
    GOVERNMENT = "government", _("Government")
    OTHER = "other", pgettext_lazy("industry", "Other")


MOST_WORDS = 10  # of a search: each is one more condition


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, user: User) -> Self:
        """Clients that `user` may see today."""
        return self.filter(access.visible(user, today()))

    def readable_by(self, user: User) -> Self:
        """For messages about clients (notifications.about)."""
        return self.visible_to(user)

    def allowing(self, user: User, act: Act) -> Self:
        """Clients with which `user` may do `act` today."""
        return self.filter(access.allowed(user, act, today()))

    def editable_by(self, user: User) -> Self:
        """Clients whose data, contacts and answers `user` may change today."""
        return self.allowing(user, Act.EDIT)

    def named_like(self, name: str) -> Self:
        """Clients whose name is the same but for legal form, dots, spaces and case."""
        return self.alias(_wanted=NameKey(Value(name, output_field=models.TextField()))).filter(
            ~Q(_wanted=""), name_key=F("_wanted")
        )

    def search(self, words: str) -> Self:
        """Clients with every word of `words` in legal or brand name; dots and case do not matter."""
        found = self
        for word in words.replace(".", " ").split()[:MOST_WORDS]:
            found = found.filter(Q(legal_name__icontains=word) | Q(brand_name__icontains=word))
        return found

    def search_all(self, words: str) -> Self:
        """Like `search`, and clients whose own code is exactly this, or whose NPWP is exactly these digits."""
        found = self.search(words) | self.filter(code__iexact=words.strip())
        try:
            return found | self.filter(npwp=npwp_from(words))
        except ValueError:
            return found

    def with_owner(self, day: date) -> Self:
        """Adds `owner_id` and `owner_name`: the AM on `day`, else the AE, else None."""
        from clients.models.assignment import Assignment

        holders = Assignment.objects.on(day).filter(client=OuterRef("pk"), role__in=Assignment.Role.owning())
        first = holders.order_by("-role")  # AM before AE
        return self.annotate(
            owner_id=Subquery(first.values("user")[:1]),
            owner_name=Subquery(first.values("user__full_name")[:1]),
        )

    def with_acts(self, user: User, day: date) -> Self:
        """Adds `is_led` and `own_roles`, from which `access.acts` tells what `user` may do on `day`."""
        from clients.models.assignment import Assignment

        mine = Assignment.objects.on(day).filter(client=OuterRef("pk"), user=user).order_by()
        return self.annotate(
            is_led=Case(When(access.led(user, day), then=True), default=False),
            own_roles=ArraySubquery(mine.values("role")),
        )

    def with_last_contact(self) -> Self:
        """Adds `last_contact_at`: when anybody last talked to the client."""
        from clients.models.interaction import Interaction

        talks = Interaction.objects.filter(client=OuterRef("pk")).order_by("-happened_at")
        return self.annotate(last_contact_at=Subquery(talks.values("happened_at")[:1]))

    def with_next_step(self) -> Self:
        """Adds `next_step` and `next_step_due`: the open task that is due first."""
        from clients.models.task import Task

        tasks = Task.objects.open().filter(client=OuterRef("pk")).order_by("due_on", "pk")
        return self.annotate(
            next_step=Subquery(tasks.values("title")[:1]), next_step_due=Subquery(tasks.values("due_on")[:1])
        )

    def by_last_contact_of(self, user: User) -> Self:
        """Those that `user` talked to last come first, then the others by name."""
        mine = Max("interactions__happened_at", filter=Q(interactions__by=user))
        return self.annotate(last_talk=mine).order_by(
            F("last_talk").desc(nulls_last=True), Lower("legal_name")
        )


class ClientScopedQuerySet(models.QuerySet[Any]):
    """Rows that hang on a client have the client's rights; `client_lookup` says where the client is."""

    client_lookup = "client"

    def visible_to(self, user: User) -> Self:
        """Rows of clients that `user` may see today."""
        return self.filter(**{f"{self.client_lookup}__in": Client.objects.visible_to(user)})

    def readable_by(self, user: User) -> Self:
        """For messages about such rows (notifications.about): their texts name the client."""
        return self.visible_to(user).select_related(self.client_lookup)

    def allowing(self, user: User, act: Act) -> Self:
        """Rows of clients with which `user` may do `act` today."""
        return self.filter(**{f"{self.client_lookup}__in": Client.objects.allowing(user, act)})

    def editable_by(self, user: User) -> Self:
        """Rows of clients whose data `user` may change today."""
        return self.allowing(user, Act.EDIT)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    pghistory.ManualEvent("npwp_revealed"),  # type: ignore[no-untyped-call]
    exclude=["name_key"],
)
class Client(models.Model):
    """A company (or person) that buys from us, or may one day. Its status follows from contracts, see contracts."""

    code = models.CharField(
        _("own code"),
        max_length=30,
        blank=True,
        help_text=_(
            "What you call this client in your own lists, for example K-0142; files find it by this."
        ),
    )
    legal_name = models.CharField(
        _("legal name"), max_length=160, help_text=_("Without the legal form: “Nusarena Pangan”, not “PT …”.")
    )
    legal_form = models.CharField(
        _("legal form"), max_length=20, choices=LegalForm, blank=True, default=LegalForm.PT
    )
    brand_name = models.CharField(_("brand name"), max_length=120, blank=True)
    name_key = models.GeneratedField(
        expression=NameKey("legal_name"), output_field=models.TextField(), db_persist=True
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("part of group"),
        null=True,
        blank=True,
        related_name="subsidiaries",
    )
    industry = models.CharField(_("industry"), max_length=20, choices=Industry, default=Industry.OTHER)
    tier = models.CharField(_("tier"), max_length=10, choices=Tier, default=Tier.REGULAR)
    npwp = models.CharField(
        _("tax number (NPWP)"),
        max_length=16,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{15,16}$", _("The NPWP must have 15 or 16 digits."))],
        help_text=_("15 or 16 digits, without dots."),
    )
    nib = models.CharField(
        _("business number (NIB)"),
        max_length=13,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{13}$", _("The NIB must have 13 digits."))],
    )
    street = models.CharField(_("street"), max_length=200, blank=True)
    rt_rw = models.CharField(_("RT/RW"), max_length=20, blank=True)
    village = models.CharField(_("village"), max_length=80, blank=True)
    district = models.CharField(_("subdistrict"), max_length=80, blank=True)
    city = models.CharField(_("city / regency"), max_length=80, blank=True)
    province = models.CharField(_("province"), max_length=80, blank=True)
    postal_code = models.CharField(
        _("postal code"),
        max_length=5,
        blank=True,
        validators=[
            RegexValidator(r"^[1-9][0-9]{4}$", _("A postal code has five digits and does not begin with 0."))
        ],
    )
    time_zone = models.CharField(_("time zone"), max_length=20, choices=TimeZone, default=TimeZone.WIB)
    billing_contact = models.ForeignKey(
        "clients.Contact",
        models.PROTECT,
        verbose_name=_("billing contact"),
        null=True,
        blank=True,
        related_name="billed_clients",
    )
    payment_days = models.PositiveSmallIntegerField(_("payment term in days"), default=30)
    source = models.CharField(
        _("source"), max_length=120, blank=True, help_text=_("How we came to know this client.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=_("created by"),
        null=True,
        editable=False,
        related_name="created_clients",
    )

    objects = ClientQuerySet.as_manager()

    if TYPE_CHECKING:

        def get_absolute_url(
            self,
        ) -> str: ...  # the page is composed in a higher room: ABSOLUTE_URL_OVERRIDES

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        ordering = [Lower("legal_name"), "pk"]
        permissions = [
            ("read_all_clients", _("Can read all portfolios")),
            ("reveal_npwp", _("Can reveal personal tax numbers")),
            ("merge_clients", _("Can merge clients")),
        ]
        indexes = [
            models.Index("name_key", name="client_name_key"),
            models.Index(Lower("legal_name"), "id", name="client_by_name"),
            GinIndex(OpClass("legal_name", "gin_trgm_ops"), name="client_name_trigrams"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(legal_name=""),
                name="client_has_a_name",
                violation_error_message=_("Enter the legal name."),
            ),
            models.CheckConstraint(
                condition=Q(npwp="") | Q(npwp__regex=r"^\d{15,16}$"),
                name="client_npwp_is_15_or_16_digits",
                violation_error_message=_("The NPWP must have 15 or 16 digits."),
            ),
            models.UniqueConstraint(
                Lower("code"),
                condition=~Q(code=""),
                name="client_code_once",
                violation_error_message=_("This code is in use already."),
            ),
            models.UniqueConstraint(
                fields=["npwp"],
                condition=~Q(npwp=""),
                name="client_npwp_once",
                violation_error_message=_("Another client has this NPWP already."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
                name="client_not_its_own_parent",
                violation_error_message=_("A client cannot be part of itself."),
            ),
        ]

    def __str__(self) -> str:
        if self.legal_form == LegalForm.PT_TBK:
            return f"PT {self.legal_name} Tbk"
        if self.legal_form in (LegalForm.OTHER, LegalForm.GOVERNMENT, LegalForm.PERSON, LegalForm.BUMN):
            return self.legal_name
        return f"{self.legal_form} {self.legal_name}"

    @property
    def has_personal_npwp(self) -> bool:
        """Whether the tax number is a person's, by the client's legal form or by itself."""
        return bool(self.npwp) and (self.legal_form == LegalForm.PERSON or is_personal(self.npwp))

    @property
    def shown_npwp(self) -> str:
        """The last four digits of a person's tax number, all digits of a company's."""
        return masked(self.npwp) if self.has_personal_npwp else self.npwp

    def reveal_npwp(self) -> str:
        """The whole tax number; that somebody looked stands in the history."""
        pghistory.create_event(self, label="npwp_revealed")
        return self.npwp

    def owner_on(self, day: date) -> User | None:
        """The responsible person on `day`: the AM, else the AE, else nobody."""
        holders = {a.role: a.user for a in self.assignments.on(day).select_related("user")}
        return holders.get("AM") or holders.get("AE")

    @property
    def address_lines(self) -> list[str]:
        """The address as it is written on a letter, without empty lines."""
        area = ", ".join(filter(None, [self.village, self.district]))
        town = " ".join(filter(None, [", ".join(filter(None, [self.city, self.province])), self.postal_code]))
        street = ", ".join(filter(None, [self.street, self.rt_rw and f"RT/RW {self.rt_rw}"]))
        return [line for line in (street, area, town) if line]
