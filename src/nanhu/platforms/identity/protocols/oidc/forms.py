"""The fields of a client. What they say is checked by the registration itself; its words appear beside the form."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.protocols.oidc.rules import words
from nanhu.platforms.identity.protocols.oidc.services.clients import Registration, problems_of

MOST_ADDRESSES = 30


class LinesField(forms.CharField):
    """One thing a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}), max_length=20_000, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text: str = super().clean(value)
        lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
        if len(lines) > MOST_ADDRESSES:
            raise forms.ValidationError(_("最多 30 行。"))
        return lines


SCOPES = (
    ("openid", _("openid：登录")),
    ("profile", _("profile：姓名、用户名")),
    ("email", _("email：邮箱")),
    ("phone", _("phone：手机号")),
    ("campus", _("campus：学工号、身份、单位")),
    ("offline_access", _("offline_access：本人不在时也能访问（必须经本人同意）")),
)


class ClientForm(forms.Form):
    kind = forms.ChoiceField(label=_("应用类型"), choices=OidcClient.Kind)
    redirect_uris = LinesField(
        label=_("返回地址（redirect_uri）"),
        help_text=_("每行一个，逐字符比较；手机和桌面应用的 http://127.0.0.1/… 可用任意端口"),
        required=False,
    )
    post_logout_redirect_uris = LinesField(label=_("退出后的返回地址"), help_text=_("每行一个"), required=False)
    backchannel_logout_uri = forms.URLField(
        label=_("后台退出地址（backchannel_logout_uri）"),
        help_text=_("统一身份退出时通知这里"),
        required=False,
        max_length=500,
        assume_scheme="https",
    )
    frontchannel_logout_uri = forms.URLField(
        label=_("浏览器退出地址（frontchannel_logout_uri）"),
        help_text=_("只有没有后台退出地址的应用才用；本人在浏览器里退出时，由退出页加载"),
        required=False,
        max_length=500,
        assume_scheme="https",
    )
    scopes = forms.MultipleChoiceField(
        label=_("可以要的范围（scope）"),
        choices=SCOPES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("最终给出哪些属性，还要看应用登记里释放了什么"),
    )
    subject = forms.ChoiceField(label=_("sub 的取值"), choices=OidcClient.Subject)
    asking = forms.ChoiceField(label=_("是否须本人同意"), choices=OidcClient.Asking)
    auth_method = forms.ChoiceField(
        label=_("应用的认证方式"), choices=OidcClient.AuthMethod, help_text=_("浏览器、手机应用总是“无密钥”")
    )
    may_refresh = forms.BooleanField(label=_("给刷新令牌（refresh_token）"), required=False)
    requires_pkce = forms.BooleanField(label=_("必须使用 PKCE"), required=False)
    web_origins = LinesField(
        label=_("浏览器脚本的来源（CORS）"), help_text=_("每行一个，如 https://app.example.edu.cn"), required=False
    )
    acts_alone = forms.BooleanField(label=_("可以以自身身份申请令牌（client_credentials）"), required=False)
    machine_scopes = forms.CharField(
        label=_("后台程序的范围"), help_text=_("空格分开，名称由资源方定"), required=False, max_length=1000
    )
    may_introspect_all = forms.BooleanField(label=_("是资源方：可以查验别的应用的令牌"), required=False)
    jwks = forms.JSONField(label=_("公钥集（JWKS）"), help_text=_("只用于 private_key_jwt"), required=False)
    new_secret = forms.BooleanField(label=_("换一个新密钥"), help_text=_("旧密钥还能用 24 小时"), required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        offered = self.initial.get("offered_scopes")
        if offered is not None:
            scopes: forms.MultipleChoiceField = self.fields["scopes"]  # type: ignore[assignment]
            scopes.choices = [(name, label) for name, label in SCOPES if name in offered]
            if missing := [name for name, _label in SCOPES if name not in offered]:
                scopes.help_text = _("没有列出的 %(names)s 现在什么也给不出：先在“释放属性”里加上对应的属性。") % {
                    "names": "、".join(missing)
                }

    def clean_jwks(self) -> dict[str, Any]:
        found = self.cleaned_data["jwks"] or {}
        if not isinstance(found, dict):
            raise forms.ValidationError(_("公钥集是一个 JSON 对象。"))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_public = cleaned.get("kind") in {OidcClient.Kind.BROWSER, OidcClient.Kind.NATIVE}
        if not is_public and cleaned.get("auth_method") == OidcClient.AuthMethod.NONE:
            cleaned["auth_method"] = OidcClient.AuthMethod.SECRET
        if not self.errors:
            for problem in problems_of(registration_of(cleaned)):
                self.add_error(None, problem)
        return cleaned


def registration_of(cleaned: Mapping[str, Any]) -> Registration:
    """What a form in order says; the scopes of people and of programs are one list there."""
    facts = {name: value for name, value in cleaned.items() if name not in {"machine_scopes", "new_secret"}}
    facts["scopes"] = [*cleaned["scopes"], *words(cleaned["machine_scopes"])]
    return Registration(**facts)
