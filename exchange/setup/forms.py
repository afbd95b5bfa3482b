"""What the set-up asks for: one form for the company, pages of lines for teams, people and products."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.forms import DayField, OnceForm
from accounts.models import Position, Team, TeamMembership, User
from accounts.models.position import Track
from contracts.forms.money import MoneyField
from contracts.models import Product
from exchange.setup.positions import Titles

Role = TeamMembership.Role
LINES, MOST_LINES = 3, 30
OWN = "own"  # a title that is neither there nor usual
SINCE = gettext_lazy("Numbers of earlier days do not count for the team.")


@dataclass(frozen=True)
class Offer:
    """What the lines of a page can choose from, looked up once for all of them: for `user` on `day`."""

    user: User
    day: date
    titles: Titles = field(default_factory=Titles)
    teams: dict[str, Team] = field(init=False)

    def __post_init__(self) -> None:
        """The trees that `user` directs; for a superuser every team. Those at the top first."""
        teams = Team.objects.all()
        if not self.user.is_superuser:
            teams = Team.objects.below(Team.objects.led_by(self.user, self.day))
        ordered = sorted(teams, key=lambda team: (team.parent_id is not None, team.name.casefold()))
        object.__setattr__(self, "teams", {str(team.pk): team for team in ordered})


class ChosenField(forms.TypedChoiceField):
    """One of the rows that an offer holds."""

    def offer(self, choices: list[Any], rows: dict[str, Any]) -> None:
        self.choices, self.coerce, self.empty_value = choices, rows.get, None

    def offer_teams(self, offer: Offer) -> None:
        """The company unless somebody chooses another one."""
        self.offer([(value, team.name) for value, team in offer.teams.items()], offer.teams)
        self.initial = next(iter(offer.teams), None)


class CompanyForm(OnceForm):
    """The company as the top of the tree of teams, and who directs it."""

    name = forms.CharField(
        label=gettext_lazy("Name of the company"),
        max_length=80,
        help_text=gettext_lazy("It becomes the team at the top; all other teams are part of it."),
    )
    full_name = forms.CharField(label=gettext_lazy("Your full name"), max_length=120)
    position = ChosenField(
        label=capfirst(Position._meta.verbose_name),
        required=False,
        help_text=gettext_lazy("A title gives no rights; it decides whether you are counted as AM or AE."),
    )
    own_title = forms.CharField(label=gettext_lazy("Title"), max_length=80, required=False)
    own_track = forms.ChoiceField(label=gettext_lazy("Counted as"), choices=Track, required=False)
    start = DayField(label=gettext_lazy("You direct it since"), help_text=SINCE)
    owns_clients = forms.BooleanField(
        label=gettext_lazy("I look after clients myself, too"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Then clients can be assigned to you, and your own numbers are counted."),
    )

    def __init__(self, *args: Any, user: User, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.day = user, day
        titles = Titles()
        own = Position(name="", track=Track.AM)
        self.fields["position"].offer(  # type: ignore[attr-defined] # a ChosenField
            [*titles.choices, (OWN, _("Another title"))], titles.rows | {OWN: own}
        )
        root = Team.objects.filter(parent=None).first()
        known = settings.COMPANY_NAME if settings.COMPANY_NAME != "Setia" else ""
        self.initial.update(
            name=root.name if root else known,
            full_name=user.full_name,
            start=day,
            position=user.position_id and str(user.position_id),
        )

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if Team.objects.filter(name__iexact=name).exclude(parent=None).exists():
            raise ValidationError(_("This team is part of another one; the company stands above all teams."))
        return name

    def clean_start(self) -> date:
        start: date = self.cleaned_data["start"]
        if start > self.day:
            raise ValidationError(_("Choose today or an earlier day."))
        return start

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        position = cleaned.get("position")
        if position is not None and not position.name:
            cleaned["position"] = self._own_position(cleaned)
        root = Team.objects.filter(name__iexact=cleaned.get("name", ""), parent=None).first()
        if root and cleaned.get("start"):
            post = TeamMembership(user=self.user, team=root, role=Role.DIRECTOR, start=cleaned["start"])
            try:
                post.validate_constraints()
            except ValidationError as error:
                self.add_error("start", ValidationError(error.messages))
        return cleaned

    def _own_position(self, cleaned: dict[str, Any]) -> Position | None:
        name = cleaned.get("own_title")
        if not name:
            if "own_title" not in self.errors:
                self.add_error("own_title", _("Write the title, or choose one from the list."))
            return None
        there = Position.objects.filter(name__iexact=name).first()
        return there or Position(name=name, track=cleaned.get("own_track") or Track.AM)


class Line(forms.ModelForm):  # type: ignore[type-arg] # generic for the type checker only
    """One line of a page. It counts as filled in as soon as one of `typed` is: the rest is offered beforehand."""

    typed: ClassVar[tuple[str, ...]]
    is_once: ClassVar[dict[str, Any]]  # field: what to say if two lines of the page have the same

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose_from(offer)

    def choose_from(self, offer: Offer) -> None:
        """Put what can be chosen into the fields."""

    def has_changed(self) -> bool:
        return any(name in self.changed_data for name in self.typed)


class TeamLine(Line):
    typed = ("name",)
    is_once = {"name": gettext_lazy("Another line has this name, too.")}

    parent = ChosenField(label=capfirst(Team._meta.get_field("parent").verbose_name))

    class Meta:
        model = Team
        fields = ("name", "parent")

    def choose_from(self, offer: Offer) -> None:
        self.fields["parent"].offer_teams(offer)  # type: ignore[attr-defined] # a ChosenField

    def clean_name(self) -> str:
        """At the field; the constraint, which ignores case, would speak above the line."""
        name = str(self.cleaned_data["name"])
        if Team.objects.filter(name__iexact=name).exists():
            raise ValidationError(_("There is a team of this name already."))
        return name


class PersonLine(Line):
    typed = ("full_name", "email")
    is_once = {
        "email": gettext_lazy("Another line has this e-mail address, too."),
        "lead_of": gettext_lazy("Another line leads this team already."),
    }
    position = ChosenField(label=capfirst(Position._meta.verbose_name), required=False)
    team = ChosenField(label=capfirst(Team._meta.verbose_name))
    role = forms.ChoiceField(
        label=capfirst(pgettext_lazy("column", "role in the team")), choices=Role, initial=Role.MEMBER
    )
    start = DayField(label=capfirst(pgettext_lazy("column", "in the team since")), help_text=SINCE)

    class Meta:
        model = User
        fields = ("full_name", "email")
        help_texts = {"full_name": ""}
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "off"})}

    def choose_from(self, offer: Offer) -> None:
        self.fields["position"].offer(offer.titles.choices, offer.titles.rows)  # type: ignore[attr-defined]
        self.fields["team"].offer_teams(offer)  # type: ignore[attr-defined]
        self.fields["start"].initial = offer.day

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email=email).exists():
            raise ValidationError(_("Somebody with this e-mail address is there already."))
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        team, role, start = cleaned.get("team"), cleaned.get("role"), cleaned.get("start")
        if team and role and start:
            try:
                TeamMembership(team=team, role=role, start=start).validate_constraints(exclude={"user"})
            except ValidationError as error:
                self.add_error("role", ValidationError(error.messages))
        cleaned["lead_of"] = team if role == Role.LEAD else None
        return cleaned


class ProductLine(Line):
    typed = ("code", "name", "list_price")
    is_once = {"code": gettext_lazy("Another line has this code, too.")}

    list_price = MoneyField(label=capfirst(Product._meta.get_field("list_price").verbose_name))

    class Meta:
        model = Product
        fields = ("code", "name", "family", "list_price", "period")

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if Product.objects.filter(code__iexact=code).exists():
            raise ValidationError(_("Another product has this code already."))
        return code


class Lines(forms.BaseFormSet):  # type: ignore[type-arg] # generic for the type checker only
    """The lines of a page, of which at least one is filled in."""

    def filled(self) -> list[Line]:
        return [form for form in self.forms if form.has_changed()]

    def clean(self) -> None:
        filled = self.filled()
        if not filled:
            raise ValidationError(_("Fill in at least one line."))
        for name, text in self.form.is_once.items():
            seen = set()
            for form in filled:
                value = form.cleaned_data.get(name) if form.is_valid() else None
                key = value.casefold() if isinstance(value, str) else value
                if key and key in seen:
                    form.add_error("role" if name == "lead_of" else name, text)
                seen.add(key)


def lines(line: type[Line]) -> type[Lines]:
    """A page of such lines: some empty ones; more come after saving."""
    return forms.formset_factory(  # type: ignore[return-value] # the stubs forget `formset`
        line, formset=Lines, extra=LINES, max_num=MOST_LINES, absolute_max=MOST_LINES, validate_max=True
    )
