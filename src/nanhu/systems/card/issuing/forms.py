"""The shape of what units, holders and clerks type about cards to be made."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit.forms import offer
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.people import api as people
from nanhu.systems.card.forms import DOCUMENTS
from nanhu.systems.card.issuing.layout import COLUMNS, DOCUMENT_KINDS, SEXES, categories_of, needed_of
from nanhu.systems.card.issuing.models import FeePayment, OrderRow, UnitDelegate
from nanhu.systems.card.issuing.services.regulations import TEXTS
from nanhu.systems.card.models import Card

DAY = DayInput()
SHEET = forms.ClearableFileInput(attrs={"accept": ".xlsx"})
ARCHIVE = forms.ClearableFileInput(attrs={"accept": ".zip"})
PICTURE = forms.ClearableFileInput(attrs={"accept": "image/jpeg"})
SCAN = forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"})


class UploadForm(forms.Form):
    card_class = forms.ChoiceField(label=_("卡类"), choices=Card.Class.choices)
    unit = forms.ChoiceField(label=_("单位"))
    sheet = forms.FileField(label=_("批量办理汇总表（.xlsx）"), widget=SHEET)
    archive = forms.FileField(
        label=_("照片压缩包（.zip）"),
        widget=ARCHIVE,
        required=False,
        help_text=_("照片以学号、教职工号或编码命名；普通卡里临聘以外的人以姓名命名。可以以后再传。"),
    )

    def __init__(self, *arguments: Any, units: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        offer(self, "unit", units)


class ArchiveForm(forms.Form):
    archive = forms.FileField(label=_("照片压缩包（.zip）"), widget=ARCHIVE)


def watching(card_class: str) -> dict[str, str]:
    """Each column is looked at as soon as it is left, and its fault told beside it (A109)."""
    return {
        "hx-post": reverse("card:issuing:check", args=[card_class]),
        "hx-trigger": "change",
        "hx-include": "closest form",
        "hx-target": "closest .field",
        "hx-swap": "outerHTML",
    }


class RowForm(forms.Form):
    """A row as it stands; which columns are choices depends on the class. What is needed may come later and is only marked;
    `known` are secrets on record, which nobody types again."""

    def __init__(
        self, *arguments: Any, card_class: str, is_batch: bool = True, known: Collection[str] = (), **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        needed = needed_of(card_class, is_batch=is_batch)
        choices = {"sex": tuple(SEXES), "document_kind": DOCUMENT_KINDS, "category": categories_of(card_class)}
        for column in COLUMNS:
            if not is_batch and column.key in {"photo_name", "collector"}:
                continue
            watched = watching(card_class)
            if column.key in choices:
                names = [("", _("请选择")), *((name, name) for name in choices[column.key])]
                self.fields[column.key] = forms.CharField(
                    label=str(column.label), required=False, widget=forms.Select(choices=names, attrs=watched)
                )
            else:
                widget = DayInput if column.key == "valid_until" else forms.TextInput
                kind = widget(attrs={"autocomplete": "off"} | watched)
                self.fields[column.key] = forms.CharField(
                    label=str(column.label), required=False, max_length=80, widget=kind
                )
            if column.key in known:
                self.fields[column.key].help_text = _("已有登记，不显示；不填就不改")
            elif column.key in needed:
                self.fields[column.key].widget.attrs["aria-required"] = "true"


class PictureForm(forms.Form):
    picture = forms.FileField(label=_("照片（JPEG）"), widget=PICTURE)


class PersonalForm(RowForm):
    """F15: as F14, with the reason, the picture and the proof. `record`: what the golden record has, of which secrets are not shown."""

    def __init__(
        self,
        *arguments: Any,
        card_class: str = Card.Class.ORDINARY,
        record: Mapping[str, str] = MappingProxyType({}),
        **options: Any,
    ) -> None:
        self.record, self.card_class = record, card_class
        self.secrets = [column for column in COLUMNS if column.is_secret and record.get(column.key)]
        known = {column.key for column in self.secrets}
        options["initial"] = {key: text for key, text in record.items() if key not in known}
        super().__init__(*arguments, card_class=card_class, is_batch=False, known=known, **options)
        must_prove = card_class != Card.Class.STUDENT
        self.fields["reason"] = forms.CharField(label=_("办卡原因"), max_length=120)
        self.fields["picture"] = forms.FileField(label=_("照片（JPEG）"), widget=PICTURE, required=False)
        self.fields["proof"] = forms.FileField(
            label=_("证明材料的扫描件"),
            widget=SCAN,
            required=must_prove,
            help_text=_("JPEG、PNG 或 PDF，5 MB 以内，加密保存"),
        )

    @property
    def class_name(self) -> str:
        return str(Card.Class(self.card_class).label)

    @property
    def secret_names(self) -> str:
        return "、".join(str(column.label) for column in self.secrets)


class ChipForm(forms.Form):
    uid = forms.CharField(
        label=_("把白卡放到读卡器上"),
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": "autofocus", "spellcheck": "false"}),
        help_text=_("读卡器像键盘一样输入芯片号并回车"),
    )
    line = forms.IntegerField(widget=forms.HiddenInput)


class CollectForm(forms.Form):
    signed_by = forms.CharField(label=_("签收人"), max_length=40)
    code = forms.CharField(label=_("领卡码"), max_length=6, required=False)


class HandForm(forms.Form):
    how = forms.ChoiceField(label=_("谁来领"), choices=OrderRow.How.choices, initial="holder")
    document = forms.ChoiceField(label=_("看了什么证件"), choices=[("", _("未查验")), *DOCUMENTS], required=False)
    code = forms.CharField(label=_("领卡码"), max_length=6, required=False)
    handed_to = forms.CharField(label=_("代领人姓名"), max_length=40, required=False)
    reason = forms.CharField(label=_("原因（其他有效证件写明是什么）"), max_length=120, required=False)
    accepted = forms.BooleanField(label=_("已告知并同意两个办法的现行版本"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("document") == "other" and not said.get("reason"):
            self.add_error("reason", _("看了其他证件，请写明是什么证件。"))
        return said


class FeeForm(forms.Form):
    method = forms.ChoiceField(label=_("收费方式"), choices=FeePayment.Method.choices)


class DelegateForm(forms.Form):
    unit = people.UnitField(label=_("单位"))
    campus_no = people.PersonField(label=_("工号"))
    role = forms.ChoiceField(label=_("身份"), choices=UnitDelegate.Role.choices)


class EnrolForm(forms.Form):
    unit = people.UnitField(label=_("学院、专业或班级"))
    collector = forms.CharField(label=_("领取人"), max_length=40)


class RegulationForm(forms.Form):
    key = forms.ChoiceField(label=_("所属办法"), choices=[(key, text.title) for key, text in TEXTS.items()])
    title = forms.CharField(label=_("标题"), max_length=80)
    document_no = forms.CharField(label=_("文号"), max_length=60, required=False)
    effective_on = forms.DateField(label=_("施行日期"), widget=DAY, initial=campus_today)
    body = forms.CharField(label=_("正文（Markdown）"), widget=forms.Textarea(attrs={"rows": 18}), max_length=60_000)


class WindowForm(forms.Form):
    window = forms.CharField(
        label=_("窗口"), max_length=10, initial="1", widget=forms.TextInput(attrs={"autofocus": "autofocus"})
    )
