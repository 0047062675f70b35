"""Forms of processes, made of the fields of a version; and what holders type."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from msgspec.structs import replace

from nanhu.kernel.clock import campus_today
from nanhu.kernel.folding import tidied
from nanhu.kernel.kit.forms import TOO_OLD, BesideOthers, DatedForm, DayField, reason_field
from nanhu.kernel.money import plain_yuan
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui.money_field import YuanField
from nanhu.kernel.ui.widgets import DayInput, Suggestion
from nanhu.kernel.ui.words import term
from nanhu.platforms.campus import api as campus
from nanhu.platforms.flows import choices, conditions
from nanhu.platforms.flows.body import LISTED, MOST_FILES, SEALED, Field
from nanhu.platforms.flows.lists import FILES_OFFERED, FilesField, RowsField, RowsInput, typed_rows
from nanhu.platforms.flows.models import Definition
from nanhu.platforms.flows.policies import is_staff
from nanhu.platforms.flows.rules import paper_key
from nanhu.platforms.flows.services.standing import earliest_day
from nanhu.platforms.people import api as people

LONGEST_LINE: Final = 200
LONGEST_TEXT: Final = 2000
LARGEST_NUMBER: Final = 10**9


class ColleagueField(people.PersonField):
    """A person; names are found for staff alone. Others write the campus number of somebody who works here, and are told the same of one that
    nobody has and of anybody else's."""

    reader: Viewer | None = None

    def clean(self, value: Any) -> int | None:
        if self.reader is not None and "staff" in self.reader.faces:
            return super().clean(value)
        number = tidied(forms.CharField.clean(self, value)).rpartition(" ")[2]
        if not number:
            return None
        found = people.find_people_by_campus_no([number]).get(number)
        if found is None or not is_staff(found):
            raise forms.ValidationError(_("没有这个工号的在职教职工，请核对工号。"))
        return found

    def suggest(self, viewer: Viewer, typed: str) -> list[Suggestion]:
        return super().suggest(viewer, typed) if "staff" in viewer.faces else []


def text_field(field: Field, given: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=field.most or LONGEST_LINE, **given)


def long_text_field(field: Field, given: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=field.most or LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4}), **given)


def number_field(field: Field, given: dict[str, Any]) -> forms.Field:
    return forms.IntegerField(min_value=0, max_value=field.most or LARGEST_NUMBER, **given)


def one_of_field(field: Field, given: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("请选择")), *choices.of(field)], **given)


def some_of_field(field: Field, given: dict[str, Any]) -> forms.Field:
    return forms.MultipleChoiceField(choices=choices.of(field), widget=forms.CheckboxSelectMultiple, **given)


MADE: Final[Mapping[str, Callable[[Field, dict[str, Any]], forms.Field]]] = {
    "text": text_field,
    "long_text": long_text_field,
    "number": number_field,
    "money": lambda _field, given: YuanField(**given),
    "date": lambda _field, given: DayField(**given),
    "time": lambda _field, given: forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}), **given),
    "one_of": one_of_field,
    "some_of": some_of_field,
    "person": lambda _field, given: ColleagueField(**given),
    "unit": lambda _field, given: people.UnitField(**given),
    "phone": lambda _field, given: people.PhoneField(**given),
    "document_number": lambda _field, given: forms.CharField(max_length=30, **given),
    "promise": lambda _field, given: forms.BooleanField(**given),
    "room": lambda _field, given: campus.PlaceField(open_only=True, **given),
    "files": lambda field, given: FilesField(most=min(field.most or FILES_OFFERED, MOST_FILES), **given),
    "rows": lambda field, given: RowsField(field, **given),
}


def helped(field: Field) -> str:
    """Its help, and why it is asked although the school knows it."""
    why = _("为什么还要问：%(reason)s") % {"reason": term(field.reason)} if field.reason else ""
    return "　".join(str(one) for one in (term(field.help), why) if one)


def is_wanting(field: Field, said: Mapping[str, Any]) -> bool:
    """Was it left empty though what else was said asks for it?"""
    if not field.required_when or said.get(field.key):
        return False
    return conditions.holds(conditions.parse(field.required_when), said)


def is_over(day: date | None) -> bool:
    """Before today, and before the day on which the system last stood still."""
    return day is not None and day < campus_today() and day < earliest_day()


class FlowForm(forms.Form):
    """`asked`: the fields of the form or of a step. What the school knows is not among them, nor what a program writes."""

    def __init__(self, *arguments: Any, asked: Sequence[Field] = (), **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.asked = [field for field in asked if not (field.source or field.is_inner)]
        for field in self.asked:
            self.add(field)

    def add(self, field: Field) -> None:
        given: dict[str, Any] = {
            "label": term(field.label),
            "required": field.is_required,
            "help_text": helped(field),
        }
        if field.kind != "span":
            self.fields[field.key] = MADE[field.kind](field, given)
            return
        first, last = _("从"), _("到")
        for name, word in ((f"{field.key}_first", first), (f"{field.key}_last", last)):
            label = f"{given['label']}（{word}）"
            self.fields[name] = DayField(**(given | {"label": label}))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for field in self.asked:
            if field.kind == "span":
                first, last = said.get(f"{field.key}_first"), said.get(f"{field.key}_last")
                if first and last and last < first:
                    self.add_error(f"{field.key}_last", _("结束在开始之前。"))
                if field.is_ahead and is_over(first):
                    self.add_error(f"{field.key}_first", _("不能早于今天。"))
                if first and last and field.most and (last - first).days >= field.most:
                    self.add_error(f"{field.key}_last", _("最长 %(most)s 天") % {"most": field.most})
            elif field.kind == "date" and field.is_ahead and is_over(said.get(field.key)):
                self.add_error(field.key, _("不能早于今天。"))
            elif is_wanting(field, said) and field.key not in self.errors:
                self.add_error(field.key, _("这一项要填。%(help)s") % {"help": term(field.help)})
        return said

    def typed(self) -> dict[str, Any]:
        """What was typed so far, as it was typed; what is sealed is kept nowhere else, and files are chosen again."""
        left = {field.key for field in self.asked if field.kind in {*SEALED, *LISTED}}
        lists: Any = self.data
        rows = {
            name: field.widget.value_from_datadict(self.data, {}, name)
            for name, field in self.fields.items()
            if isinstance(field.widget, RowsInput)
        }
        return {name: typed for name, typed in rows.items() if typed} | {
            name: [one.replace("\0", "") for one in lists.getlist(name)]
            if isinstance(field, forms.MultipleChoiceField)
            else self.data[name].replace("\0", "")[:LONGEST_TEXT]
            for name, field in self.fields.items()
            if name not in left and self.data.get(name)
        }

    def said(self) -> dict[str, Any]:
        """As it is kept: plain JSON values."""
        found: dict[str, Any] = {}
        for field in self.asked:
            if field.kind == "span":
                first, last = (self.cleaned_data[f"{field.key}_{end}"] for end in ("first", "last"))
                if first and last:
                    found[field.key] = {"first": first.isoformat(), "last": last.isoformat()}
            else:
                found[field.key] = plain(self.cleaned_data[field.key])
        return found


def plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, campus.Place):
        return value.key
    return value.code if hasattr(value, "code") else value


def initial_of(asked: Sequence[Field], data: Mapping[str, Any]) -> dict[str, Any]:
    """For mending what was sent: as `FlowForm` takes it."""
    found: dict[str, Any] = {}
    for field in asked:
        value = data.get(field.key)
        if value is None or field.source:
            continue
        if field.kind == "span":
            found |= {f"{field.key}_{end}": date.fromisoformat(value[end]) for end in ("first", "last")}
        elif field.kind == "date":
            found[field.key] = date.fromisoformat(value)
        elif field.kind == "money":
            found[field.key] = plain_yuan(value)
        elif field.kind == "rows":
            found[field.key] = typed_rows(field, value)
        elif field.kind == "person":
            card = people.person_card(value)
            found[field.key] = card.campus_no if card else ""
        else:
            found[field.key] = value
    return found


def revision_field() -> forms.IntegerField:
    """Of the page on which it is decided: whoever was slower is told who was faster."""
    old = {"required": TOO_OLD}
    return forms.IntegerField(min_value=1, widget=forms.HiddenInput, error_messages=old)


class LookForm(forms.Form):
    purpose = forms.CharField(
        label=_("为什么要看"), min_length=5, max_length=100, help_text=_("例如：核对身份，办理入校")
    )


class ExportForm(LookForm):
    """Of document numbers in a sheet."""

    purpose = forms.CharField(
        label=_("要证件号码做什么"), min_length=5, max_length=100, help_text=_("例如：给保险公司报名单")
    )


class DecideForm(FlowForm):
    """`revision`: of the page on which it is decided."""

    revision = revision_field()
    comment = forms.CharField(label=_("意见"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    to_step = forms.ChoiceField(label=_("退回给谁"), required=False, help_text=_("只在退回时用。"))
    decision = forms.ChoiceField(
        choices=[(one, one) for one in ("agree", "refuse", "return", "done")], widget=forms.HiddenInput
    )

    def __init__(self, *arguments: Any, steps: Sequence[tuple[str, str]] | None = None, **more: Any) -> None:
        """`steps`: earlier ones, where the page asks to which it goes; whether it may is the service's to say."""
        super().__init__(*arguments, **more)
        if steps is None:
            self.fields["to_step"] = forms.CharField(required=False, max_length=60)
        elif steps:
            chosen: Any = self.fields["to_step"]
            chosen.choices = steps
        else:
            del self.fields["to_step"]


class PaperForm(FlowForm):
    """What stands on a paper beside the form of the process; what is attached to it is photographed with it."""

    paper_applicant = people.PersonField(label=_("申请人"))
    paper_outcome = forms.ChoiceField(
        label=_("纸上的决定"), choices=[("granted", _("同意")), ("refused", _("不同意"))], widget=forms.RadioSelect
    )
    paper_decider = ColleagueField(label=_("谁决定的"))
    paper_day = forms.DateField(label=_("哪天决定的"), widget=DayInput(), initial=campus_today)
    paper_word = forms.CharField(
        label=_("电话里说的口令"), required=False, max_length=20, help_text=_("是在电话里决定的，写下当时核对的口令")
    )
    paper_number = forms.CharField(label=_("纸质单编号"), max_length=60, help_text=_("同一张纸质单只补录一次"))
    paper_reason = reason_field(_("为什么在纸上办"), example=_("例如：11 月 24 日全校停电"))
    paper_photos = FilesField(label=_("纸质单照片"), required=False, most=MOST_FILES)

    def __init__(self, *arguments: Any, asked: Sequence[Field] = (), **more: Any) -> None:
        """Days that have passed meanwhile may still be applied for."""
        still = [replace(field, is_ahead=False) for field in asked if field.kind != "files"]
        super().__init__(*arguments, asked=still, **more)

    def clean_paper_number(self) -> str:
        number: str = self.cleaned_data["paper_number"]
        if not paper_key(number):
            raise forms.ValidationError(_("编号里要有字或数字。"))
        return number


class RatingForm(forms.Form):
    rating = forms.TypedChoiceField(
        label=_("办得怎么样"),
        coerce=int,
        choices=[(5, _("很好")), (4, _("好")), (3, _("一般")), (2, _("不好")), (1, _("很不好"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label=_("想说的话"), required=False, max_length=300)


class HandOverForm(BesideOthers):
    ids = "hand_over_%s"
    revision = revision_field()
    person = ColleagueField(label=_("交给谁"))
    comment = forms.CharField(label=_("说明"), required=False, max_length=200)


class SignerForm(BesideOthers):
    ids = "signer_%s"
    revision = revision_field()
    person = ColleagueField(label=_("请谁会签"))
    where = forms.ChoiceField(
        label=_("什么时候"), choices=[("before", _("在我之前，先给意见")), ("after", _("在我之后，再会签"))]
    )
    comment = forms.CharField(label=_("说明"), required=False, max_length=200)


class DelegationForm(DatedForm):
    delegate = ColleagueField(label=_("委托给"))
    definition = forms.ModelChoiceField(
        label=_("哪种流程"), queryset=Definition.objects.none(), required=False, empty_label=_("全部")
    )
    starts_on = forms.DateField(label=_("第一天"), widget=DayInput(), initial=campus_today)
    ends_on = forms.DateField(label=_("最后一天"), widget=DayInput())
    reason = reason_field(example=_("例如：出差"))
    field_order = ("delegate", "definition")

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        offered: Any = self.fields["definition"]
        offered.queryset = Definition.objects.filter(versions__number=1).order_by("name")
