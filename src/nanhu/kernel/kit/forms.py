"""Parts of forms that rooms share."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.bodies import MEGABYTE
from nanhu.kernel.clock import campus_today
from nanhu.kernel.dated import PastRuleError, refuse_past
from nanhu.kernel.errors import CampusError
from nanhu.kernel.private_numbers import has_phone, has_private_number, visible
from nanhu.kernel.proposals import WITHDRAWN
from nanhu.kernel.sheets.kinds import Kind, is_likely
from nanhu.kernel.ui.widgets import DayInput, MomentInput

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

type Label = str | _StrPromise
"""As Django's fields take it."""
LONGEST_REASON = 200
REASON = _("原因")


def reason_field(label: Label = REASON, example: Label = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST_REASON, help_text=example)


def either_field(label: Label, yes: Label, no: Label, **more: Any) -> forms.TypedChoiceField:
    """One of two words, cleaned to True or False; never neither."""
    return forms.TypedChoiceField(label=label, choices=[("1", yes), ("0", no)], coerce=lambda text: text == "1", **more)


def offer(form: forms.BaseForm, name: str, choices: Any) -> None:
    """What a field of a form may be answered with, where only who asks knows it."""
    field: Any = form.fields[name]
    field.choices = choices


class PublicTextField(forms.CharField):
    """Text that others read: nothing invisible in it, and no number of a person, or with `phones_only` no phone and no ID. `hint` says
    where it belongs."""

    def __init__(self, *, hint: Label, rows: int = 0, phones_only: bool = False, **options: Any) -> None:
        if rows:
            options["widget"] = forms.Textarea(attrs={"rows": rows})
        super().__init__(**options)
        self.hint, self.is_seen = hint, has_phone if phones_only else has_private_number

    def clean(self, value: Any) -> str:
        text = visible(super().clean(value))
        if self.required and not text:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if self.is_seen(text):
            raise forms.ValidationError(self.hint, code="private_number")
        return text


IN_ENGLISH: Final = _("英文页面上显示；不填，显示中文")
"""Under what the school enters in English beside the Chinese."""


class ReasonForm(forms.Form):
    """For what asks nothing but why."""

    reason = reason_field()


class OnceForm(forms.Form):
    """`token` names this form: however often it is sent, it makes one record."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


TOO_OLD: Final = _("这个页面太旧，请刷新再办。")


class RevisionForm(forms.Form):
    """Of what is changed: `revision` says as what it was read (`kernel.revisions`), in the form's `initial`."""

    revision = forms.CharField(
        max_length=20,
        widget=forms.HiddenInput,
        error_messages={"required": TOO_OLD},
    )


class RollbackForm(OnceForm, ReasonForm):
    """Why a list is to be taken back."""


class BesideOthers(forms.Form):
    """Stands on a page with other forms: its fields have ids of their own."""

    ids: ClassVar[str]

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **({"auto_id": self.ids} | more))


class RefusalForm(forms.Form):
    """Nobody is refused without a word."""

    answer = forms.CharField(label=_("不同意的理由"), max_length=120)

    def clean_answer(self) -> str:
        """What says that its author took it back is the program's to say: typed here, it would let the author decide his own."""
        answer: str = self.cleaned_data["answer"]
        if answer == WITHDRAWN:
            raise forms.ValidationError(_("这几个字只在制单人自己撤回时由系统写下，请写明不同意的理由。"))
        return answer


class FileForm(forms.Form):
    """A form with a file in it, which a subclass declares as `file`; cleaned, it is the file's bytes."""

    largest: ClassVar[int] = 4 * MEGABYTE
    file_name = ""

    def clean_file(self) -> bytes:
        uploaded = self.cleaned_data["file"]
        if uploaded.size > self.largest:
            raise forms.ValidationError(_("文件最大 %(most)s MB") % {"most": self.largest // MEGABYTE})
        self.file_name = str(uploaded.name)[:120]
        content: bytes = uploaded.read()
        return content


class IntakeForm(FileForm, OnceForm):
    """With a file of lines."""


class CellField(forms.CharField):
    """Read as a cell of a sheet is (`kernel.sheets.kinds`): cleaned, what it means; "" where nothing was typed."""

    def __init__(self, kind: Kind, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def clean(self, value: Any) -> Any:
        said = super().clean(value)
        try:
            return self.kind(said) if said else ""
        except CampusError as error:
            raise forms.ValidationError(error.message) from error


UNLIKELY: Final = _("请核对年份。")


def refuse_unlikely(on: date) -> None:
    """A validator: of no year that is mistyped."""
    if not is_likely(on.date() if isinstance(on, datetime) else on):
        raise forms.ValidationError(UNLIKELY)


class MomentField(forms.DateTimeField):
    """On the campus's clocks, of a likely year: the database keeps 0001-01-01 00:00, and no page that reads it opens."""

    widget = MomentInput
    default_validators = [refuse_unlikely]


class DayField(forms.DateField):
    """Of a likely year."""

    widget = DayInput
    default_validators = [refuse_unlikely]


class DatedForm(forms.Form):
    """From a day until a day, both included; without an end it holds on."""

    starts_on = forms.DateField(label=_("起始日期"), widget=DayInput(), initial=campus_today)
    ends_on = forms.DateField(label=_("截止日期"), widget=DayInput(), required=False, help_text=_("不填：一直有效"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("starts_on", "ends_on"):
            if (day := given.get(name)) and not is_likely(day):
                self.add_error(name, UNLIKELY)
        first, last = given.get("starts_on"), given.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("结束在开始之前。"))
        return given


class ComingForm(DatedForm):
    """Of rules whose first day is not over: what they would do is asked of that day, and nobody writes anew what held."""

    def clean_starts_on(self) -> date:
        first: date = self.cleaned_data["starts_on"]
        try:
            refuse_past(first)
        except PastRuleError as error:
            raise forms.ValidationError(error.message) from error
        return first
