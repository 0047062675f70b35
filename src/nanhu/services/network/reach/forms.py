"""Forms of the VPN's page and of the desk."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.folding import halfwidth
from nanhu.kernel.kit.forms import CellField, ComingForm, FileForm, RevisionForm, reason_field
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.campus.api import PlaceField
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import UnitField
from nanhu.services.network.reach import queries, rules, sheets
from nanhu.services.network.reach.models import Installer, ReachList, Resource
from nanhu.services.network.reach.rules import PROMISE_VERSION, Network
from nanhu.services.network.reach.services.installers import LARGEST

SHA256_SHAPE = r"^[0-9A-Fa-f]{64}\Z"


class ApplyForm(forms.Form):
    purpose = forms.CharField(
        label=_("用途"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("要用哪些系统、做什么，例：出差期间登科研系统填中期报告"),
    )
    until = forms.DateField(label=_("用到哪天"), widget=DayInput(), help_text=_("最长一年，到期自动停用，可以再申请"))
    promise = forms.BooleanField(label=_("我已读过并同意上面的保密承诺"))
    promise_version = forms.CharField(widget=forms.HiddenInput, initial=PROMISE_VERSION, max_length=20)


class NetworksField(forms.CharField):
    """Several networks, a line or a comma apart."""

    def clean(self, value: Any) -> list[Network]:
        said = halfwidth(super().clean(value))
        try:
            return rules.networks_of(said)
        except ValueError as error:
            raise forms.ValidationError(
                _("“%(said)s”不是网段：写 10.1.2.0/24 或一个地址。") % {"said": str(error)[:40]}
            ) from error


class PortsField(forms.CharField):
    def clean(self, value: Any) -> list[int]:
        said = halfwidth(super().clean(value))
        try:
            found = rules.ports_of(said)
        except ValueError as error:
            raise forms.ValidationError(_("端口写数字，例：80 443 8080。")) from error
        if not found:
            raise forms.ValidationError(_("端口写数字，例：80 443 8080。"))
        return found


class ReachListForm(ComingForm):
    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("同名的清单从起始日期起由这一份代替"))
    office = forms.ChoiceField(label=_("只给这个岗位"), required=False, help_text=_("岗位和单位都不选：全体教职工"))
    unit = UnitField(label=_("只给这个单位"), required=False)
    networks = NetworksField(
        label=_("网段"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("一行一个，例：10.1.2.0/24"),
    )
    ports = PortsField(label=_("端口"), max_length=200, initial="80 443", help_text=_("22、3389、5900 不开：走堡垒机"))
    reason = reason_field(label=_("依据"))
    field_order = ("name", "office", "unit", "networks", "ports", "starts_on", "ends_on", "reason")

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        office: Any = self.fields["office"]
        office.choices = [("", "—"), *people.office_names().items()]

    def order(self) -> ReachList:
        """As it would stand there; nothing is written."""
        given = self.cleaned_data
        return ReachList(
            **{name: given[name] for name in ("name", "office", "ports", "starts_on", "ends_on")},
            networks=[str(one) for one in given["networks"]],
            unit_id=given["unit"].id if given["unit"] else None,
        )


class ClosedNetworkForm(forms.Form):
    network = CellField(sheets.network, label=_("网段"), max_length=60, help_text=_("例：10.9.0.0/24"))
    name = forms.CharField(label=_("是什么"), max_length=40, help_text=_("例：主机房服务器"))


class InstallerForm(FileForm):
    largest: ClassVar[int] = LARGEST
    system = forms.ChoiceField(label=_("系统"), choices=Installer.System.choices)
    name = forms.CharField(label=_("名称"), max_length=60)
    version = forms.CharField(label=_("版本"), max_length=40)
    file = forms.FileField(label=_("安装包"), help_text=_("exe、msi、dmg、pkg、deb、rpm、apk；看内容不看扩展名"))
    published = forms.RegexField(
        label=_("厂商公布的 SHA-256"), regex=SHA256_SHAPE, required=False, help_text=_("有就填：与文件不一样的不收")
    )
    signature = forms.ChoiceField(
        label=_("签名"), choices=[one for one in Installer.Signature.choices if one[0] != "published"]
    )
    note = forms.CharField(label=_("怎么装"), max_length=300, required=False)

    def clean_published(self) -> str:
        """PowerShell writes it in capitals."""
        said: str = self.cleaned_data["published"]
        return said.lower()


class ResourceForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=60)
    address = CellField(sheets.address, label=_("地址"), max_length=500, help_text=_("http:// 或 https:// 开头"))
    kind = forms.ChoiceField(label=_("类别"), choices=Resource.Kind.choices)
    reach = forms.ChoiceField(label=_("从哪里能到"), choices=Resource.Reach.choices)
    unit = UnitField(label=_("负责单位"))
    is_of_centre = forms.BooleanField(label=_("由信息中心管理"), required=False)
    contact = forms.CharField(label=_("联系人"), max_length=40)
    phone = forms.CharField(label=_("电话"), max_length=40)
    carsi_entity = forms.CharField(
        label=_("CARSI 实体"), max_length=300, required=False, help_text=_("在本校登记过的服务的 entityID")
    )
    carsi_address = CellField(
        sheets.sign_in_address,
        label=_("CARSI 登录地址"),
        max_length=500,
        required=False,
        help_text=_("出版社给本校的登录链接；{idp} 处填入本校的 entityID"),
    )
    web_address = CellField(
        sheets.origin,
        label=_("网页入口"),
        max_length=200,
        required=False,
        help_text=_("校外用浏览器打开的地址，只写主机，例：https://kyxt.web.hnist.edu.cn；没有就不填"),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "reach" in given and "carsi_address" in given and "web_address" in given and not sheets.is_possible(given):
            self.add_error("reach", sheets.NoWayError().message)
        return given


class ResourceChangeForm(RevisionForm, ResourceForm):
    pass


class DegreesField(forms.FloatField):
    """A longitude or latitude, of so many degrees either way."""

    def __init__(self, most: int, **options: Any) -> None:
        super().__init__(min_value=-most, max_value=most, required=False, **options)


class PointForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("和控制器里的一样，例：LIB-3F-02"))
    place = PlaceField(label=_("地点"), open_only=True, help_text=_("楼，或楼里的房间"))
    floor = forms.IntegerField(
        label=_("楼层"),
        required=False,
        min_value=-9,
        max_value=99,
        help_text=_("地下一层写 -1；房间有自己的楼层，不用填"),
    )
    bands = forms.MultipleChoiceField(
        label=_("频段"), choices=[(one, f"{one} GHz") for one in sheets.BANDS], widget=forms.CheckboxSelectMultiple
    )
    mac = CellField(
        sheets.mac, label="MAC", max_length=20, required=False, help_text=_("填了，从它上网的人就显示在这个地点")
    )
    longitude = DegreesField(180, label=_("经度"))
    latitude = DegreesField(90, label=_("纬度"), help_text=_("在图上点过就自动填好；都空着：不画在图上"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("longitude") is None) != (given.get("latitude") is None) and not self.errors:
            self.add_error("latitude", _("经度和纬度要写就都写。"))
        return given


class OutlineForm(forms.Form):
    place = PlaceField(label=_("地点"), open_only=True, help_text=_("楼，或楼的一部分"))
    floor = forms.IntegerField(
        label=_("楼层"), required=False, min_value=-9, max_value=99, help_text=_("不填：整栋楼的轮廓；地下一层写 -1")
    )
    corners = forms.CharField(
        label=_("角点"),
        max_length=16_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("一行一个，先经度后纬度，例：113.1052, 29.3668。在图上点、拖也行"),
    )

    def clean_place(self) -> Any:
        place = self.cleaned_data["place"]
        if place is not None and place.kind == queries.CAMPUS:
            raise forms.ValidationError(_("写一栋楼：校区没有轮廓。"))
        return place

    def clean_corners(self) -> rules.Ring:
        try:
            return rules.ring_typed("\n".join(map(halfwidth, self.cleaned_data["corners"].splitlines())))
        except ValueError as error:
            said = str(error)
            raise forms.ValidationError(
                _("“%(said)s”不是角点：先经度后纬度，例：113.1052, 29.3668。") % {"said": said[:40]}
                if said
                else _("角点要三到三百九十九个，连起来的边不能相交。")
            ) from error


class OutlineChangeForm(RevisionForm, OutlineForm):
    pass


class SheetForm(FileForm):
    file = forms.FileField(label=_("表格"), help_text=_("CSV 或 xlsx；一行有错，整份不收"))
    is_trial = forms.BooleanField(label=_("只检查，不导入"), required=False)
