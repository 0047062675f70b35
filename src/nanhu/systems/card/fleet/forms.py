"""Shapes of what the phone desk, a finder and the fleet's keeper type."""

from typing import Any, ClassVar

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.campus.api import open_places
from nanhu.platforms.terminals.api import Entry, Terminal
from nanhu.platforms.terminals.wire import LARGEST_SEQUENCE
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.services.merchants import MerchantOrder


class PhoneDeskForm(forms.Form):
    campus_no = forms.CharField(
        label=_("学工号"), max_length=32, widget=forms.TextInput(attrs={"autofocus": "autofocus"})
    )
    name = forms.CharField(label=_("姓名"), max_length=60)
    id_tail = forms.CharField(
        label=_("证件号后六位"), max_length=6, min_length=6, required=False, help_text=_("下面三项至少问两项")
    )
    phone = forms.CharField(label=_("学校登记的手机号"), max_length=20, required=False)
    card_tail = forms.CharField(
        label=_("卡号后四位"), required=False, validators=[RegexValidator(r"^[0-9]{4}$", _("四位数字"))]
    )
    reason = forms.CharField(
        label=_("来电人陈述"), max_length=120, help_text=_("例如：中午在一食堂丢的，来电号码与登记一致。")
    )


class FoundForm(forms.Form):
    number = forms.CharField(
        label=_("卡面上的卡号"),
        validators=[RegexValidator(r"^[0-9]{10}$", _("十位数字"))],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    kept_at = forms.CharField(
        label=_("卡放在哪里"), max_length=120, help_text=_("例如：一食堂门口失物招领处。不要写您的手机号。")
    )


class BesideOthers(forms.Form):
    """Stands on a page with other forms: its fields have ids of their own."""

    ids: ClassVar[str]

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **({"auto_id": self.ids} | more))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=120, help_text=_("例如：昨夜被偷，保卫处已立案。"))


class RenewForm(BesideOthers):
    ids = "renew_%s"
    reason = forms.CharField(label=_("原因"), max_length=120, help_text=_("例如：密钥可能泄露。"))


class SequenceForm(BesideOthers):
    ids = "sequence_%s"
    last_sequence = forms.IntegerField(
        label=_("更正后的流水号"),
        min_value=0,
        max_value=LARGEST_SEQUENCE - 1,
        help_text=_("终端下次签到后从下一个号继续。以前用掉的号仍然有效，不会再用。"),
    )
    reason = forms.CharField(label=_("原因"), max_length=120, help_text=_("例如：更换主板后流水号跳号。"))


class RegisterForm(forms.Form):
    number = forms.RegexField(
        label=_("终端号"), regex=r"^[0-9A-Z]{4,16}$", help_text=_("4 到 16 位数字和大写字母，印在机身上；以后不能改")
    )
    kind = forms.ChoiceField(label=_("种类"), choices=Terminal.Kind)
    merchant = forms.ModelChoiceField(
        label=_("商户"),
        queryset=Merchant.objects.filter(state="open").order_by("canteen", "name"),
        required=False,
        to_field_name="key",
        empty_label=_("请选择"),
        help_text=_("消费机、扫码机填；门禁和自助终端不属于商户，不填"),
    )
    place = forms.CharField(label=_("装在哪里"), max_length=80, help_text=_("例如：3 号窗口"))
    door_place = forms.ModelChoiceField(
        label=_("门禁地点"),
        queryset=open_places(),
        required=False,
        to_field_name="key",
        empty_label=_("请选择"),
    )
    yard = forms.CharField(label=_("院区"), max_length=20, required=False, help_text=_("自助终端填，例如：南院"))
    map_x = forms.IntegerField(label=_("地图横坐标"), min_value=0, max_value=1000, required=False)
    map_y = forms.IntegerField(label=_("地图纵坐标"), min_value=0, max_value=1000, required=False)
    reason = forms.CharField(label=_("依据"), max_length=120, help_text=_("例如：后勤处 2026 年 11 月装机单。"))

    def clean(self) -> dict[str, Any] | None:
        said = super().clean()
        if said and said.get("kind") in {"pos", "scanner"} and not said.get("merchant"):
            self.add_error("merchant", _("消费机和扫码机要选商户"))
        return said

    def entry(self) -> Entry:
        said = self.cleaned_data
        details = {
            "merchant": said["merchant"].key if said["merchant"] else "",
            "yard": said["yard"],
            "door_place": said["door_place"].key if said["door_place"] else "",
            "map_x": said["map_x"] or 0,
            "map_y": said["map_y"] or 0,
        }
        return Entry(number=said["number"], kind=said["kind"], place=said["place"], details=details)


class RetireForm(BesideOthers):
    ids = "retire_%s"
    reason = forms.CharField(label=_("原因"), max_length=120, help_text=_("例如：窗口停办，机器退回厂家。"))
    is_loss_accepted = forms.BooleanField(label=_("没有上传的流水按损失确认"), required=False)


class MerchantForm(forms.Form):
    key = forms.RegexField(
        label=_("代码"),
        regex=r"^[0-9a-z][0-9a-z.\-]{1,39}$",
        help_text=_("小写字母、数字、点和短横线，例如 n1.rice；以后不能改"),
    )
    name = forms.CharField(label=_("名称"), max_length=60)
    canteen = forms.CharField(label=_("食堂或楼宇"), max_length=60, required=False)
    reason = forms.CharField(label=_("依据"), max_length=120, help_text=_("例如：后勤处招标结果公示。"))

    def order(self) -> MerchantOrder:
        said = self.cleaned_data
        return MerchantOrder(key=said["key"], name=said["name"], canteen=said["canteen"])
