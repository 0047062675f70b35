"""The shape of 我的消息设置: up to three channels for each kind of message, in order."""

from collections.abc import Collection, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit.forms import Label
from nanhu.kernel.registry import MessageChannel, message_channels
from nanhu.kernel.ui.widgets import HourInput
from nanhu.platforms.messages.models.messages import Kind, Urgency
from nanhu.platforms.messages.services import choosing

PLACES: tuple[Label, ...] = (_("先用"), _("十分钟没送到再用"), _("最后用"))
USUAL, NONE = "usual", ""


def title_of(channel: MessageChannel) -> Label:
    return str(channel.title) if Urgency.TODAY in channel.urgencies else say("%s（只用于紧急消息）") % channel.title


class SettingsForm(forms.Form):
    """Fields by kind: `<kind>_0` … `<kind>_2` and `<kind>_gathered`."""

    quiet_from = forms.TimeField(label=_("安静时段从"), widget=HourInput())
    quiet_until = forms.TimeField(
        label=_("到"), widget=HourInput(), help_text=_("这段时间只送紧急消息，其余到点再送。")
    )
    digest_at = forms.TimeField(label=_("每天汇总时间"), widget=HourInput())
    language = forms.ChoiceField(
        label=_("消息语言"), help_text=_("在页面上换语言时一起换。"), choices=(("zh", "中文"), ("en", "English"))
    )
    shows_content = forms.BooleanField(
        label=_("推送里显示内容"), required=False, help_text=_("不选时锁屏上只显示“新消息”。")
    )

    def __init__(self, *arguments: Any, kept: Collection[str] = (), **more: Any) -> None:
        """`kept`: channels that were chosen; one that is switched off stays chosen."""
        super().__init__(*arguments, **more)
        known = [(one.key, title_of(one)) for one in message_channels if one.is_on() or one.key in kept]
        for kind in Kind:
            for number, place in enumerate(PLACES):
                first = [(USUAL, _("默认顺序"))] if number == 0 else []
                self.fields[f"{kind}_{number}"] = forms.ChoiceField(
                    label=place, required=False, choices=[*first, (NONE, _("不用")), *known]
                )
            if kind != Kind.SAFETY:
                self.fields[f"{kind}_gathered"] = forms.BooleanField(label=_("并入每天汇总"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get(f"{Kind.SAFETY}_0") == NONE and not self.picked(Kind.SAFETY):
            self.add_error(f"{Kind.SAFETY}_0", _("安全提醒至少要有一种送达方式。"))
        return data

    def picked(self, kind: str) -> list[str]:
        found = [self.cleaned_data.get(f"{kind}_{number}") or "" for number in range(len(PLACES))]
        return list(dict.fromkeys(one for one in found if one not in {NONE, USUAL}))

    def choices(self) -> dict[str, Any]:
        """As `choosing.choose` takes them; who keeps the usual order and gathers it says nothing of channels."""
        data = self.cleaned_data
        said = {kind: self.picked(kind) for kind in Kind.values if data.get(f"{kind}_0") != USUAL}
        gathered = [kind for kind in Kind.values if data.get(f"{kind}_gathered")]
        return {
            "channels": {**dict.fromkeys(gathered), **said},
            "gathered": gathered,
            **{name: data[name] for name in ("quiet_from", "quiet_until", "digest_at", "language", "shows_content")},
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        """A line of the page for each kind."""
        for kind in Kind:
            gathered = f"{kind}_gathered"
            yield {
                "label": kind.label,
                "places": [self[f"{kind}_{number}"] for number in range(len(PLACES))],
                "gathered": self[gathered] if gathered in self.fields else None,
            }


def chosen(person_id: int) -> dict[str, Any]:
    """What the form shows first."""
    kept = choosing.settings_of(person_id)
    names = ("quiet_from", "quiet_until", "digest_at", "language", "shows_content")
    said: dict[str, Any] = {name: getattr(kept, name) for name in names}
    choices = choosing.choices_of(person_id)
    for kind in Kind.values:
        said[f"{kind}_0"] = USUAL
        if (choice := choices.get(kind)) is None:
            continue
        said[f"{kind}_gathered"] = choice.is_gathered
        if choice.channels is not None:
            places = [*choice.channels, *[NONE] * len(PLACES)][: len(PLACES)]
            said |= {f"{kind}_{number}": key for number, key in enumerate(places)}
    return said
