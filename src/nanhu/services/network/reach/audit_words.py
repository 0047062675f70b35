"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.services.network.reach.models import VpnUse

ACTIONS: dict[str, Text] = {
    "network.ask_vpn": _("申请 VPN"),
    "network.open_vpn": _("开通 VPN"),
    "network.refuse_vpn": _("没有开通 VPN"),
    "network.close_vpn": _("停用 VPN"),
    "network.answer_vpn_use": _("答复 VPN 登录是不是本人"),
    "network.ask_reach_list": _("提出可达清单"),
    "network.refuse_reach_list": _("没有同意可达清单"),
    "network.set_reach_list": _("写可达清单"),
    "network.end_reach_list": _("停用可达清单"),
    "network.close_network": _("登记机房网段"),
    "network.ask_reopening": _("提出去掉机房网段"),
    "network.refuse_reopening": _("没有同意去掉机房网段"),
    "network.open_network": _("去掉机房网段"),
    "network.add_installer": _("上传安装包"),
    "network.withdraw_installer": _("下架安装包"),
    "network.add_resource": _("登记校内资源"),
    "network.change_resource": _("修改校内资源"),
    "network.remove_resource": _("去掉校内资源"),
    "network.take_resources": _("导入校内资源"),
    "network.take_points": _("导入无线接入点"),
    "network.take_regions": _("导入地址归属"),
    "network.hang_point": _("挂上无线接入点"),
    "network.move_point": _("修改无线接入点"),
    "network.remove_point": _("取下无线接入点"),
    "network.take_areas": _("导入楼的轮廓"),
    "network.draw_outline": _("画楼的轮廓"),
    "network.change_outline": _("修改楼的轮廓"),
    "network.remove_outline": _("去掉楼的轮廓"),
}
TARGETS: dict[str, Text] = {
    "vpn-grant": _("VPN 账户"),
    "reach-change": _("待复核的可达清单"),
    "reach-list": _("可达清单"),
    "closed-network": _("机房网段"),
    "installer": _("安装包"),
    "network-resource": _("校内资源"),
    "access-point": _("无线接入点"),
    "covered-area": _("楼的轮廓"),
}
WHOLE_TARGETS: dict[str, Text] = {"network-sheet": _("导入的表格")}
FACTS: dict[str, Text] = {
    "answer": _("答复"),
    "network": _("网络"),
    "networks": _("网段"),
    "ports": _("端口"),
}
VALUES: dict[str, dict[str, Text]] = {"answer": dict(VpnUse.Answer.choices)}
