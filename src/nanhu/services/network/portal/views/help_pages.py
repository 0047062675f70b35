"""The self-test and the poster with the fixed address (A173)."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from nanhu.kernel.ui import qr
from nanhu.services.network import api as network
from nanhu.services.network.portal import browsers
from nanhu.services.network.portal.queries import is_in_our_networks
from nanhu.services.network.portal.school import fixed_address, ssids
from nanhu.services.network.portal.views.frame import open_page, shown
from nanhu.services.network.portal.views.plain import address_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    title: str
    words: str
    is_good: bool
    url: str = ""
    action: str = ""


@open_page
def test(request: HttpRequest) -> HttpResponse:
    """It sets the device cookie: whoever comes twice learns whether the browser keeps it."""
    response = shown(request, "test", checks=checks(request))
    browsers.remember(response, browsers.value_in(request))
    return response


def checks(request: HttpRequest) -> list[CheckLine]:
    address = address_of(request)
    session = network.session_at(address) if address else None
    is_here = session is not None or is_in_our_networks(address)
    again = {} if browsers.is_known(request) else {"url": request.path, "action": _("再检测一次")}
    return [
        CheckLine(title=_("认证服务器"), words=_("能打开这一页，说明认证服务器正常。"), is_good=True),
        CheckLine(
            title=_("校园网"),
            words=_("这台设备在校园无线网里。")
            if is_here
            else _("这台设备不在校园无线网里：可能在用手机流量，或开着代理、VPN。关掉再试。"),
            is_good=is_here,
        ),
        CheckLine(
            title=pgettext("wifi", "上线"),
            words=_("已经在线。") if session else _("还没有上线。弹窗不出来时，直接输入海报上的地址。"),
            is_good=session is not None,
            **({} if session else {"url": fixed_address(), "action": fixed_address()}),
        ),
        CheckLine(
            title=_("记住设备"),
            words=_("浏览器记得住这台设备，下次点一下就上线。")
            if browsers.is_known(request)
            else _("还不知道浏览器能不能记住这台设备。弹出的小窗口、无痕窗口记不住，请换浏览器。"),
            is_good=browsers.is_known(request),
            **again,
        ),
    ]


@open_page
def poster(request: HttpRequest) -> HttpResponse:
    code = qr.picture(fixed_address(), scale=8)
    return shown(request, "poster", code=code, ssids=ssids())
