"""Forms of integrations: one a kind, all of the same head."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.folding import listed
from nanhu.kernel.kit.forms import FileForm
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.catalogue import FOURTEEN
from nanhu.platforms.portal.integrations import rules
from nanhu.platforms.portal.models import Integration
from nanhu.platforms.portal.models.integrations import MOST_LINES

FACES: Final = (("student", _("学生")), ("staff", _("教职工")))
ICONS: Final = (
    *(("app-window", _("窗口")), ("file-text", _("公文")), ("calendar-days", _("日历")), ("receipt", _("票据"))),
    *(("book-open", _("图书")), ("bed", _("床")), ("wallet", _("钱包")), ("gauge", _("仪表")), ("mail", _("邮件"))),
    *(("graduation-cap", _("学位帽")), ("flask-conical", _("实验")), ("microscope", _("显微镜")), ("bus", _("班车"))),
    *(("package", _("包裹")), ("globe", _("网站")), ("id-card", _("证件")), ("door-open", _("门")), ("rss", _("订阅"))),
    *(("luggage", _("行李")), ("plug", _("插头")), ("megaphone", _("喇叭")), ("list-checks", _("清单"))),
)
KEY: Final = r"^[a-z][a-z0-9-]{1,29}\Z"
HEADER: Final = (
    r"^(?!(?i:host|connection|content-length|content-type|transfer-encoding|cookie)\Z)[A-Za-z][A-Za-z0-9-]{0,39}\Z"
)
POINTER: Final = _("JSON 指针，例：/data/count")
LEAST_SECONDS, MOST_SECONDS = 60, 7 * 86400


class ListField(forms.CharField):
    """Several words in a line; the value is a list."""

    def clean(self, value: Any) -> list[str]:
        return listed(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, list) else value


class UnitsField(ListField):
    """Units by code or name; the value is a list of their ids."""

    def clean(self, value: Any) -> list[int]:  # type: ignore[override]
        known = {word: one.id for one in people.unit_choices() for word in (one.code, one.name)}
        said = super().clean(value)
        if unknown := [one for one in said if one not in known]:
            raise forms.ValidationError(_("没有这个单位：%(unit)s") % {"unit": unknown[0]})
        return [known[one] for one in said]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            names = {one.id: one.name for one in people.unit_choices()}
            value = [names.get(one, str(one)) for one in value]
        return super().prepare_value(value)


class PointersField(forms.CharField):
    """A JSON pointer a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": MOST_LINES}), max_length=600, **options)

    def clean(self, value: Any) -> list[str]:
        said = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(said) > MOST_LINES or any(not rules.POINTER.fullmatch(one) for one in said):
            raise forms.ValidationError(_("最多五行，每行一个 JSON 指针，例：/data/books/0/title"))
        return said

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


def pointer_field(label: Any, *, required: bool = False, example: Any = POINTER) -> forms.RegexField:
    return forms.RegexField(
        rules.POINTER.pattern + r"\Z", label=label, required=required, max_length=120, help_text=example
    )


def address_field() -> forms.CharField:
    return forms.CharField(label=_("地址"), max_length=500, help_text=_("https 开头的完整地址"))


def systems() -> list[tuple[str, Any]]:
    return [("", _("不属于十四个系统")), *((one.key, one.name) for one in FOURTEEN)]


def roles() -> list[tuple[str, Any]]:
    return [(one.key, one.name) for one in registry.roles]


def offices() -> list[tuple[str, str]]:
    return [("", "—"), *people.office_names().items()]


class HeadForm(forms.Form):
    """What every integration has."""

    key = forms.RegexField(KEY, label=_("代号"), help_text=_("小写字母、数字和短横线，定下来就不改"))
    name = forms.CharField(label=_("名称"), max_length=40)
    icon = forms.ChoiceField(label=_("图标"), choices=ICONS)
    description = forms.CharField(label=_("一句说明"), max_length=80, required=False)
    order = forms.IntegerField(label=_("排在第几"), min_value=20, max_value=999, initial=100)
    section = forms.ChoiceField(label=_("栏目"), choices=Integration.Section.choices, initial="service")
    system = forms.ChoiceField(label=_("属于哪个系统"), choices=systems, required=False)
    owner_unit = people.UnitField(label=_("负责单位"), required=False)
    owner_office = forms.ChoiceField(
        label=_("负责岗位"), choices=offices, required=False, help_text=_("出了问题告诉担任这个岗位的人；上线前要填")
    )
    faces = forms.MultipleChoiceField(
        label=_("给谁看"), widget=forms.CheckboxSelectMultiple, choices=FACES, initial=["student", "staff"]
    )
    categories = ListField(
        label=_("只给这些人员类别"), required=False, max_length=200, help_text=_("例：统招本科、研究生；不填不限")
    )
    units = UnitsField(
        label=_("只给这些单位和下属"), required=False, max_length=400, help_text=_("代码或名称，用顿号分开；不填不限")
    )
    roles = forms.MultipleChoiceField(
        label=_("只给这些岗位权限"), choices=roles, required=False, help_text=_("不选不限")
    )

    def facts(self) -> dict[str, Any]:
        """As the model's columns. A secret that was not typed anew stays what it was."""
        said = dict(self.cleaned_data)
        unit = said.pop("owner_unit")
        said["owner_unit_id"], said["unit_ids"] = (unit.id if unit else None), said.pop("units")
        if not said.get("secret"):
            said.pop("secret", None)
        return said


class PageIntegrationForm(HeadForm):
    address = address_field()
    mode = forms.ChoiceField(
        label=_("怎样打开"),
        choices=Integration.Mode.choices,
        help_text=_("嵌入要主机在学校名单里，并且它自己允许；不允许时自动改为新窗口"),
    )
    sandbox = forms.MultipleChoiceField(
        label=_("嵌入时给它的权限"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(one, one) for one in rules.FRAME_FLAGS],
        initial=["allow-scripts", "allow-same-origin", "allow-forms"],
        required=False,
    )
    has_single_sign_on = forms.BooleanField(label=_("已接入统一身份，免登录"), required=False)
    health_address = forms.CharField(label=_("健康检查地址"), max_length=500, required=False)


class SecretForm(HeadForm):
    address = address_field()
    header_name = forms.RegexField(HEADER, label=_("密钥放在哪个请求头"), required=False, help_text=_("例：X-Api-Key"))
    secret = forms.CharField(
        label=_("密钥"),
        max_length=400,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("加密保存，不再显示；不填就不改，换了主机或请求头要重新填"),
    )

    def clean_secret(self) -> str:
        said: str = self.cleaned_data["secret"]
        if said and not (said.isascii() and said.isprintable()):
            raise forms.ValidationError(_("密钥只能是英文字母、数字和符号。"))
        return said


class DataIntegrationForm(SecretForm):
    sent = forms.ChoiceField(
        label=_("带上这个人的什么"),
        choices=Integration.Sent.choices,
        help_text=_("学工号：GET 写在地址的 {campus_no} 处，POST 写在 JSON 里。令牌：用下面的密钥签名"),
    )
    method = forms.ChoiceField(label=_("方法"), choices=Integration.Method.choices)
    value_at = pointer_field(_("数字在哪里"), required=True)
    unit_word = forms.CharField(label=_("数字后面的单位"), max_length=8, required=False, help_text=_("例：册"))
    caption_at = pointer_field(_("说明在哪里"))
    lines_at = PointersField(label=_("列表在哪里"), required=False, help_text=_("一行一个指针，最多五行"))
    time_at = pointer_field(_("时间在哪里"), example=_("没有就用取到的时间"))
    ttl_seconds = forms.IntegerField(
        label=_("多少秒以后再取"), min_value=LEAST_SECONDS, max_value=MOST_SECONDS, initial=600
    )
    stale_seconds = forms.IntegerField(
        label=_("多少秒以后算旧"), min_value=LEAST_SECONDS, max_value=MOST_SECONDS, initial=86400
    )
    field_order = (*HeadForm.base_fields, "address", "method", "sent", "header_name", "secret")


class TodoIntegrationForm(HeadForm):
    address = forms.CharField(label=_("它的网址"), max_length=500, required=False)


class FeedIntegrationForm(SecretForm):
    format = forms.ChoiceField(label=_("格式"), choices=Integration.Format.choices)


FORMS: Final[dict[str, type[HeadForm]]] = {
    "page": PageIntegrationForm,
    "data": DataIntegrationForm,
    "todo": TodoIntegrationForm,
    "feed": FeedIntegrationForm,
}


class TrialForm(forms.Form):
    campus_no = forms.RegexField(
        r"^[0-9A-Za-z_-]{1,32}\Z",
        label=_("测试学工号"),
        required=False,
        help_text=_("您自己的，或者不属于任何人的测试号：别人的数据，试用时也不给看"),
    )


class NoFields(forms.Form):
    """A press of a button."""


class WordsForm(forms.Form):
    words = forms.CharField(label=_("给大家看的话"), max_length=80, help_text=_("例：今晚升级，22 点恢复"))


def passphrase_field() -> forms.CharField:
    return forms.CharField(
        label=_("口令"),
        min_length=12,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("导出、导入用同一句，至少 12 个字符"),
    )


class ExportForm(forms.Form):
    passphrase = passphrase_field()


class ImportForm(FileForm):
    file = forms.FileField(label=_("接入清单（TOML）"))
    passphrase = passphrase_field()
