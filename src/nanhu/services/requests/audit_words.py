"""What this room writes into the audit log, in words. Of an anonymous request it says only what the office did."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

REASONS: tuple[Text, ...] = (_("报修联系"), _("人为损坏的维修材料"), _("原维修队%(what)s已停用"))
ACTIONS: dict[str, Text] = {
    "requests.filed": _("提交服务请求"),
    "requests.assigned": _("派单"),
    "requests.routed": _("转办"),
    "requests.arrived": _("维修到场"),
    "requests.no_entry": _("维修进不了门"),
    "requests.window": _("约维修时间"),
    "requests.done": _("维修办完"),
    "requests.answered": _("答复请求"),
    "requests.reopened": _("说没有修好"),
    "requests.merged": _("并入同一件报修"),
    "requests.extended": _("投诉延期"),
    "requests.billed": _("开维修缴费单"),
    "requests.withdraw_bill": _("撤销维修缴费单"),
    "requests.judged": _("舆情归入专题"),
    "requests.rated": _("评价服务"),
    "requests.withdrawn": _("撤回请求"),
    "requests.closed": _("结束请求"),
    "requests.me_too": _("跟着报修"),
    "requests.publish_answer": _("答复公开为常见问答"),
    "requests.reveal_phone": _("查看报修电话"),
    "requests.open_token_key": _("启用本学期的匿名签名公钥"),
    "requests.set_class": _("改维修类别"),
    "requests.set_crew": _("改维修班组"),
    "requests.set_operator": _("改宿舍网络运营商"),
    "requests.make_crew_list": _("交班组表"),
    "requests.submit_crew_list": _("提交班组表"),
    "requests.discard_crew_list": _("作废班组表"),
    "requests.approve_crew_list": _("同意班组表"),
    "requests.refuse_crew_list": _("不同意班组表"),
    "requests.take_crew_list": _("写入班组表"),
    "requests.ask_undo_crew_list": _("提出回滚班组表"),
    "requests.undo_crew_list": _("回滚班组表"),
    "requests.keep_crew_list": _("不同意回滚班组表"),
    "requests.open_topic": _("立舆情专题"),
    "requests.note_topic": _("记舆情处置"),
    "requests.close_topic": _("结束舆情专题"),
}
TARGETS: dict[str, Text] = {
    "request": _("服务请求"),
    "requests-key": _("匿名签名公钥"),
    "requests-class": _("维修类别"),
    "requests-crew": _("维修班组"),
    "crew_list": _("班组表"),
    "requests-operator": _("运营商"),
    "requests-topic": _("舆情专题"),
}
FACTS: dict[str, Text] = {
    "work_minutes": _("工作分钟"),
    "severity": _("级别"),
    "request": _("请求"),
    "job_vendor": _("外包单位"),
}
VALUES: dict[str, dict[str, Text]] = {
    "kind": {
        "repair": _("后勤报修"),
        "network": _("网络报修"),
        "service": _("信息服务"),
        "policy": _("政策咨询"),
        "complaint": _("投诉受理"),
        "opinion": _("舆情反映"),
    }
}
