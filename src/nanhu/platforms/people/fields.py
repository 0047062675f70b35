"""Pickers for forms: a unit out of hundreds, a person out of tens of thousands. What is typed is understood without a script, too."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import throttle
from nanhu.kernel.folding import tidied
from nanhu.kernel.registry import Viewer
from nanhu.kernel.throttle import Gate, Limit
from nanhu.kernel.ui.widgets import SuggestInput, Suggestion
from nanhu.platforms.people.queries import find_person_by_campus_no, person_card, person_cards
from nanhu.platforms.people.rules import is_phone, normalise_phone
from nanhu.platforms.people.search import find_persons
from nanhu.platforms.people.units import UnitChoice, unit_choices

MOST: Final = 8
SHORTEST: Final = 2
SEARCHING: Final = Limit("people.picker", free=200, cap=300, memory=timedelta(hours=12), leak=0.5)
"""Nobody types faster; who reads out the whole school waits longer and longer."""


class PhoneField(forms.CharField):
    """A number that can be a phone's; the value is its digits."""

    def __init__(self, *, autocomplete: str = "off", **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": autocomplete})
        super().__init__(**{"label": _("手机号"), "max_length": 24, "widget": widget, **options})

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if typed and not is_phone(typed):
            raise forms.ValidationError(_("请填写正确的手机号：11 位；境外号码在前面加 + 和国家代码。"))
        return normalise_phone(typed)


class UnitField(forms.CharField):
    """A unit by its code or its name; the value is a UnitChoice, None where nothing is typed."""

    def __init__(self, *, without_kinds: tuple[str, ...] = (), **options: Any) -> None:
        self.without_kinds = without_kinds
        super().__init__(max_length=80, widget=SuggestInput(self.offered), **options)

    def units(self) -> list[UnitChoice]:
        return unit_choices(without_kinds=self.without_kinds)

    def offered(self) -> list[Suggestion]:
        """Found by what it belongs to as well."""
        return [Suggestion(one.as_typed, one.above) for one in self.units()]

    def clean(self, value: Any) -> UnitChoice | None:
        text = tidied(super().clean(value))
        if not text:
            return None
        code = text.partition(" ")[0]
        found = [one for one in self.units() if one.code == code or one.name == text]
        if len(found) != 1:
            raise forms.ValidationError(_("没有这个单位，请从列出的里面选。"))
        return found[0]


def person_as_typed(person_id: int | None) -> str:
    """Name and number, as a PersonField takes them; empty for nobody, and for who has no number."""
    card = person_card(person_id) if person_id else None
    return f"{card.name} {card.campus_no}" if card and card.campus_no else ""


class PersonField(forms.CharField):
    """A person by campus number, or by name; the value is the person's id, None where nothing is typed. Only for forms of a
    console: the page that shows it finds names for whoever may open it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=60, widget=SuggestInput(), **options)

    def suggest(self, viewer: Viewer, typed: str) -> list[Suggestion]:
        if len(typed.strip()) < SHORTEST:
            return []
        throttle.admit([Gate(SEARCHING, f"account:{viewer.account_id}")])
        ids = find_persons(typed, limit=MOST).ids
        cards = person_cards(ids)
        return [
            Suggestion(f"{cards[one].name} {tie.campus_no}", tie.unit_name)
            for one in ids
            if (tie := cards[one].leading_tie())
        ]

    def clean(self, value: Any) -> int | None:
        text = tidied(super().clean(value))
        if not text:
            return None
        number = text.rpartition(" ")[2]
        by_number = find_person_by_campus_no(number) if number.isascii() else None
        if by_number is not None:
            return by_number
        found = () if number.isascii() else self.named(text)
        if len(found) > 1:
            raise forms.ValidationError(_("有几个人叫这个名字，请从列出的里面选，或写学工号。"))
        if not found:
            raise forms.ValidationError(_("没有这个人，请写学工号，或从列出的里面选。"))
        return found[0]

    @staticmethod
    def named(name: str) -> tuple[int, ...]:
        """Exactly so."""
        cards = person_cards(find_persons(name).ids)
        return tuple(one for one, card in cards.items() if card.name == name)
