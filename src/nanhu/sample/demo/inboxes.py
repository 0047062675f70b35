"""What the sample campus's people were told: something for each role, ways of some chosen, one message fallen through."""

from datetime import timedelta

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import lazy_term
from nanhu.platforms.messages import api as messages
from nanhu.platforms.messages import sample
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST

FOUND = {"place": "图书馆总服务台", "phone": "0730-8648888"}
CHOICES = {"service": ["mail", "push"], "notice": ["mail"]}
SAID = {
    "teacher": ("flows.task", {"words": lazy_term("单位负责人同意"), "what": lazy_term("VPN 账户申请")}),
    "clerk": ("flows.task", {"words": lazy_term("申请人催办"), "what": "车辆通行证"}),
    "administrator": ("requests.work", {"words": "后勤报修 · 插座冒烟，请尽快派工", "address": "/requests/dispatch/"}),
    "affairs": ("flows.task", {"words": "还有一个工作日到期", "what": "投诉"}),
    "security": ("requests.work", {"words": "后勤报修 · 东门道闸落不下来，已派给您", "address": "/requests/work/"}),
}


def tell_everybody() -> int:
    """How many messages were told. Twice tells nothing more: each has a key."""
    count = 0
    next_day = dates.short_day(campus_today() + timedelta(days=1), campus_today().year)
    turn = {"words": "候补轮到您了", "what": f"羽毛球馆 {next_day} 16:00–18:00"}
    for role, (template, facts) in {"student": ("venues.turn", turn), **SAID}.items():
        person = people.find_person_by_campus_no(CAST[role].campus_no) if role in CAST else None
        if person is not None:
            count += messages.tell([person], template, facts, key=f"sample:{role}")
    student, teacher = (people.find_person_by_campus_no(CAST[role].campus_no) for role in ("student", "teacher"))
    if student is not None and teacher is not None:
        sample.prefer(student, CHOICES, gathered={"notice"})
        sample.prefer(teacher, {"task": ["mail"]}, gathered={"task"}, language="en")
        device = {"device": "ThinkPad", "at": dates.lazy_time(now() - timedelta(hours=14))}
        count += messages.tell([student], "card.found", FOUND, urgency="now", key="sample:found")
        count += messages.tell([student], "network.new_device", device, urgency="now", key="sample:device")
        sample.fall_through(student, reason="空号")
    return count
