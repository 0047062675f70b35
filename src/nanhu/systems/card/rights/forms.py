"""The shape of what the manager types."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit.forms import DatedForm, either_field, reason_field
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.catalogue import RIGHTS, SUB_CLASSES
from nanhu.systems.card.rights.models import RightRule


def holders_of_rights() -> list[tuple[str, list[tuple[str, str]]]]:
    """A group for each class: the whole of it first, then its sub-classes as "class:sub-class"."""

    def group(key: str, label: str) -> list[tuple[str, str]]:
        whole = gettext("%(name)s（整类）") % {"name": label}
        return [(key, whole), *((f"{key}:{sub}", sub) for sub in SUB_CLASSES[key])]

    return [(str(label), group(key, str(label))) for key, label in Card.Class.choices]


class RuleForm(DatedForm):
    who = forms.ChoiceField(
        label=_("哪类卡"), choices=holders_of_rights, help_text=_("选整类，或其中一个子类；子类的规则优先")
    )
    right = forms.ChoiceField(label=_("权限"), choices=[(key, one.name) for key, one in RIGHTS.items()])
    is_allowed = either_field(_("是否允许"), _("允许"), _("不允许"))
    reason = reason_field(_("依据"), _("例如：图书馆 2026 年 12 月 1 日函"))
    field_order = ("who", "right", "is_allowed")

    def rule(self) -> RightRule:
        card_class, _colon, sub_class = self.cleaned_data["who"].partition(":")
        said = {name: self.cleaned_data[name] for name in ("right", "is_allowed", "starts_on", "ends_on")}
        return RightRule(card_class=card_class, sub_class=sub_class, **said)
