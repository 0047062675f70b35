"""Expected failures at the sign-in page."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError


class StrangePlaceError(CampusError):
    """No gateway of ours leads here with these parameters, or they are not this visitor's."""

    code = "network_portal.strange_place"
    sentence = _("没有认出您从哪里连接。请先连上校园无线网，再打开任意网页，或输入海报上的地址。")


class VisitOverError(ConflictError):
    code = "network_portal.visit_over"
    sentence = _("这一页放得太久了。请再打开任意网页，重新进入。")


class WrongPasswordError(CampusError):
    code = "network_portal.wrong_password"
    http_status = 422
    field = "password"
    sentence = _("账号或密码不正确，或账号还不能上网。第一次使用请先激活账号。")


class NotExpelledError(CampusError):
    code = "network_portal.not_expelled"
    http_status = 503
    sentence = _("网关没有应答，还没有下线。请再试一次。")


class GatewayNetworkError(CampusError):
    code = "network_portal.gateway_network"
    field = "networks"
    sentence = _("写成 10.20.0.0/16 这样的网段，一行一个，须是校园网的内部地址。")


class GatewayHostError(CampusError):
    code = "network_portal.gateway_host"
    field = "host"
    sentence = _("写成 10.20.0.1:2050：网关对手机的地址和端口，须在上面的网段里。")


class GatewayKnownError(ConflictError):
    code = "network_portal.gateway_known"
    field = "name"
    sentence = _("这台接入设备或这个名称已经登记过。")
