"""Remembered browsers (记住的浏览器) beside 我的设备: in which one comes on line by a single tap, and which are so no more."""

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.kit import Empty, Moment, PageRequest, Press, Table, Text, listing
from nanhu.kernel.kit.records import seen
from nanhu.services.network import api as network
from nanhu.services.network.mine import mine
from nanhu.services.network.portal.models import Trust
from nanhu.services.network.portal.services import signing_in


class Browsers(Table):
    kind = Text(_("设备"), names=dict(network.Device.Kind.choices))
    proved_at = Moment(_("记住于"))
    until = Moment(_("到"))
    action = Press(_("不再记住"), to="forget_browser", icon="x")


@mine.page(
    "browsers/",
    title=_("记住的浏览器"),
    tab=_("记住的浏览器"),
    lead=_("在认证页勾选过“这是我自己的设备”：点一下就上线。手机丢了，在这里去掉。"),
)
def remembered_browsers(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有记住的浏览器"), icon="tablet-smartphone")
    rows = Trust.objects.filter(account_id=request.viewer.account_id, until__gt=now()).order_by("-proved_at")
    return listing(request, Browsers, rows, empty=none)


@remembered_browsers.action(
    "<uuid:public_id>/end/",
    subject=seen(lambda viewer: Trust.objects.filter(account_id=viewer.account_id), Trust.what),
    done=_("不再记住它：下次上线要输密码。"),
)
def forget_browser(request: PageRequest, found: Trust) -> None:
    signing_in.forget(by=request.actor, rows=Trust.objects.filter(pk=found.pk))
