"""Failures. To programs they are said in OAuth's own words (Authlib's error classes); to people as pages of the house."""

from typing import ClassVar

from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.rfc6749.errors import (
    AccessDeniedError,
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    UnauthorizedClientError,
)
from authlib.oidc.core.errors import (
    ConsentRequiredError,
    InteractionRequiredError,
    LoginRequiredError,
    RegistrationNotSupportedError,
    RequestNotSupportedError,
    RequestURINotSupportedError,
)
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError

__all__ = [
    "AccessDeniedError",
    "ClientRefusedError",
    "ConsentRequiredError",
    "InteractionRequiredError",
    "InvalidClientError",
    "InvalidGrantError",
    "InvalidRequestError",
    "InvalidScopeError",
    "LoginRequiredError",
    "LogoutRefusedError",
    "OAuth2Error",
    "RedirectRefusedError",
    "RegistrationNotSupportedError",
    "RequestExpiredError",
    "RequestNotSupportedError",
    "RequestURINotSupportedError",
    "UnauthorizedClientError",
    "UnsafeClientError",
]


class ClientRefusedError(CampusError):
    code: ClassVar[str] = "client_refused"
    sentence: ClassVar[str | Promise] = _("这个应用没有在学校登记或已停用。")


class RedirectRefusedError(CampusError):
    code: ClassVar[str] = "redirect_refused"
    sentence: ClassVar[str | Promise] = _("返回地址（redirect_uri）与登记的不一致，没有跳转。")


class RequestExpiredError(CampusError):
    code: ClassVar[str] = "request_expired"
    sentence: ClassVar[str | Promise] = _("这次登录请求已过期，请回到应用重新开始。")


class LogoutRefusedError(CampusError):
    code: ClassVar[str] = "logout_refused"
    sentence: ClassVar[str | Promise] = _("应用的退出请求不可用：{problem}")


class UnsafeClientError(CampusError):
    """`problems` lists what is wrong with the registration, as sentences."""

    code: ClassVar[str] = "unsafe_client"
    sentence: ClassVar[str | Promise] = _("这样登记不安全：{problems}")
