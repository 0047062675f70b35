from collections.abc import Collection, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.configuration import configuration
from nanhu.kernel.kit.forms import reason_field
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.datahub.sources import SOURCES


class UploadForm(forms.Form):
    source = forms.ChoiceField(label=_("来源"), help_text=_("谁交来的什么文件。"))
    file = forms.FileField(label=_("文件"), allow_empty_file=True)
    dry_run = forms.BooleanField(
        label=_("只试运行"), required=False, help_text=_("说明会改什么，不写入主数据；看过之后可以直接生效。")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(spec.key, f"{spec.office} · {spec.title}") for spec in SOURCES.values()]
        self.fields["source"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField, as declared above
        self.fields["file"].help_text = _(".csv 或 .xlsx，不超过 %d MB。") % configuration().upload_limit_mb


class MendForm(forms.Form):
    """One field per column of the file, with the raw value beside it."""

    def __init__(
        self, *args: Any, headers: Sequence[str], raw: dict[str, str], mandatory: Collection[str] = (), **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.headers = list(headers)
        for place, header in enumerate(self.headers):
            value = raw.get(header, "")
            self.fields[f"cell-{place}"] = forms.CharField(
                label=header,
                required=header in mandatory,
                initial=value,
                max_length=500,
                strip=False,
                help_text=_("文件里：%s") % (value or _("（空）")),
            )

    def changed_cells(self) -> dict[str, str]:
        return {
            header: self.cleaned_data[f"cell-{place}"]
            for place, header in enumerate(self.headers)
            if f"cell-{place}" in self.changed_data
        }


class RollbackForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("写进审计日志。"))


class TakeBackForm(forms.Form):
    answer = reason_field()


class SwitchForm(forms.Form):
    """`token` names this form: however often it is sent, it asks once."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    writer = forms.ChoiceField(label=_("改由谁供给"))
    starts_on = forms.DateField(
        label=_("起始日期"),
        widget=DayInput(),
        initial=campus_today,
        help_text=_("从这一天起，原来的供给方不能再写；已同意、到那时还没开始的切换不再生效。"),
    )
    reason = reason_field()

    def __init__(self, *args: Any, writers: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["writer"].choices = list(writers)  # type: ignore[attr-defined]  # a ChoiceField, as declared above


class DecisionForm(forms.Form):
    verdict = forms.ChoiceField(
        choices=[("left", "left"), ("right", "right"), ("different", "different"), ("part", "part")]
    )
    reason = forms.CharField(label=_("依据"), max_length=200)
