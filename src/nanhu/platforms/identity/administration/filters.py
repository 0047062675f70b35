"""What narrows the two logs."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit import words as audit_words
from nanhu.kernel.clock import end_of, start_of
from nanhu.kernel.kit import Choice, Exact, Filters, Period
from nanhu.kernel.ui.widgets import SuggestInput, Suggestion
from nanhu.platforms.identity.administration.queries import sign_ins, trail
from nanhu.platforms.identity.models import Account, SignInEvent
from nanhu.platforms.people import api as people

DAY = timedelta(days=1)
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
"""Beyond them nothing was or will be written down here; the last days that can be written leave no room to reckon."""


def span_of(given: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """The last day where no day is said."""
    first, last = (min(max(day, EARLIEST), LATEST) if day else None for day in (given.get("first"), given.get("last")))
    if not (first or last):
        return sign_ins.last_day()
    ends = end_of(last) if last else sign_ins.last_day()[1]
    return start_of(first) if first else ends - DAY, ends


def account_with(campus_no: str) -> Account | None:
    person = people.find_person_by_campus_no(people.halfwidth(campus_no).strip()) if campus_no else None
    return Account.objects.filter(person_id=person).first() if person is not None else None


class SignInFilters(Filters):
    q = Exact(_("学工号"))
    days = Period(_("日期"))
    kind = Choice(_("事件"), SignInEvent.Kind.choices)
    reason = Choice(_("拒绝的原因"), SignInEvent.Reason.choices)
    address = Exact(_("地址"))
    how = Exact(_("方式"))
    application = Exact(_("应用"))

    @property
    def wanted(self) -> sign_ins.Wanted:
        said = self.form.cleaned_data
        begins, ends = span_of(said)
        name = people.halfwidth(said.get("q", "")).strip()
        account = account_with(name)
        exact = {key: said.get(key, "") for key in ("kind", "reason", "how", "address", "application")}
        return sign_ins.Wanted(begins=begins, ends=ends, name=name, account_id=account.pk if account else None, **exact)


class ActionInput(SuggestInput):
    """Shows an action in words, however the address names it."""

    def __init__(self) -> None:
        super().__init__(lambda: map(Suggestion, sorted({str(one) for one in audit_words.actions().values()})))

    def format_value(self, value: Any) -> str | None:
        return audit_words.action(value or "")


class Action(Exact):
    """By its words or by its key."""

    def fields(self) -> Mapping[str, forms.Field]:
        return {"": forms.CharField(label=self.label, max_length=80, required=False, widget=ActionInput())}

    def words(self, given: Mapping[str, Any]) -> str:
        return audit_words.action(audit_words.named(given[""]))


class Target(Exact):
    """Chosen by a press on a line, and shown by name."""

    def fields(self) -> Mapping[str, forms.Field]:
        return {"": forms.CharField(label=self.label, max_length=120, required=False, widget=forms.HiddenInput())}

    def words(self, given: Mapping[str, Any]) -> str:
        return trail.about(given[""])


class TrailFilters(Filters):
    q = Exact(_("谁（学工号）"))
    days = Period(_("日期"))
    action = Action(_("动作"))
    target = Target(_("对象"))

    @property
    def wanted(self) -> trail.Wanted:
        """Whose number nobody has did nothing."""
        said = self.form.cleaned_data
        begins, ends = span_of(said)
        who = said.get("q", "")
        account = account_with(who)
        return trail.Wanted(
            begins=begins,
            ends=ends,
            action=audit_words.named(said.get("action", "")),
            target=said.get("target", ""),
            account_id=account.pk if account else -1 if who else None,
        )
