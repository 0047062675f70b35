"""Expected failures of VPN grants, reach lists, installers and resources."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError


class StaffOnlyError(CampusError):
    code = "network_reach.staff_only"
    http_status = 403
    sentence = _("VPN 只给在职教职工，学生不能申请。")


class GrantedAlreadyError(ConflictError):
    code = "network_reach.granted_already"
    sentence = _("您已经有一个在审批或已开通的 VPN 账户。到期前 {days} 天起可以续期。")


class UntilError(CampusError):
    code = "network_reach.until"
    field = "until"
    sentence = _("期限从明天起，最长 {days} 天。")


class PromiseChangedError(ConflictError):
    code = "network_reach.promise_changed"
    sentence = _("保密承诺刚换了新版，请看过新的再提交。")


class ClosedPortError(CampusError):
    code = "network_reach.closed_port"
    field = "ports"
    sentence = _("22、3389、5900 不进 VPN：远程操作服务器请走堡垒机（{bastion}）。")


class ClosedNetworkError(ConflictError):
    code = "network_reach.closed_network"
    field = "networks"
    sentence = _("{network} 是机房网段（{name}），不进 VPN：远程操作服务器请走堡垒机（{bastion}）。")


class TooWideError(CampusError):
    code = "network_reach.too_wide"
    field = "networks"
    sentence = _("{network} 太大：VPN 只通到清单里的网段，不接管全部流量。")


class NoPlaceError(CampusError):
    code = "network_reach.no_place"
    field = "networks"
    sentence = _("{network} 不是校园里的网段：本机、组播和代替 IPv4 的 IPv6 地址不写在这里，IPv4 就写成 IPv4。")


class ClosedGateError(ConflictError):
    code = "network_reach.closed_gate"
    field = "web_address"
    sentence = _(
        "{address} 在机房网段或是远程操作的端口（22、3389、5900），前面不能有网页入口：请走堡垒机（{bastion}）。"
    )


class GateTakenError(ConflictError):
    code = "network_reach.gate_taken"
    field = "web_address"
    sentence = _("网页入口 {gate} 已经是“{name}”的：一个入口后面只能有一个资源。")


class ListedNetworkError(ConflictError):
    code = "network_reach.listed_network"
    field = "network"
    sentence = _("可达清单“{name}”里有这个网段的地址，先改清单再封。")


class ReopeningWaitsError(ConflictError):
    code = "network_reach.reopening_waits"
    sentence = _("去掉这个网段已经有人提出，等另一人复核。")


class KnownAlreadyError(ConflictError):
    code = "network_reach.known_already"
    sentence = _("已经登记过同样的一条。")


class OtherHashError(CampusError):
    code = "network_reach.other_hash"
    field = "published"
    sentence = _("文件的 SHA-256 是 {sha256}，与厂商公布的不一样，没有收。")


class MacTakenError(ConflictError):
    code = "network_reach.mac_taken"
    field = "mac"
    sentence = _("这个 MAC 是接入点“{name}”的。")
