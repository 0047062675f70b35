"""One card record with its bank and its phone; whose names stand there the school's file says."""

from types import SimpleNamespace

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.kernel.ui import dates
from nanhu.platforms.people.models import Person
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.bank.tests.conftest import (
    CARDS,
    ID_NUMBERS,
    PHONES,
    bank,
    bank_here,
    campus,
)
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.pins.tests.conftest import Keypad
from nanhu.systems.card.rights.services.deciding import RuleTable
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import CAST, queries_of
from nanhu.testing.pages import without_tokens

__all__ = ["bank", "bank_here", "campus"]
RECORD = "/card/issuing/record/"
PIN = ID_NUMBERS["student"][-6:]


def seen(campus, part: str = "student") -> str:
    return campus.client(part).get(RECORD).content.decode()


@pytest.mark.capability("A091.1", "A091.3")
def test_one_record_links_card_bank_and_phone_and_the_partners_are_the_schools(campus, school_file, monkeypatch):
    card, before = campus.card("student"), seen(campus)
    for words in (
        card.number,
        f"学生卡 · {card.sub_class}",
        " – ".join(dates.short_day(day, campus_today().year) for day in (card.valid_from, card.valid_until)),
        "中国农业银行",
        "中国联通",
        "还没有签约",
        f"{PHONES['student'][:3]}****{PHONES['student'][-4:]}",
    ):
        assert words in before, words
    kiosk = Keypad(Device(Terminal.objects.get(number="QC001").number))
    signed = kiosk.ask("agreement/sign", {"card": card.uid, "bank_card": CARDS["student"]}, pin=PIN)
    assert signed["outcome"] == "approved", signed
    after = seen(campus)
    assert f'尾号 <span class="num">{CARDS["student"][-4:]}</span>' in after
    assert CARDS["student"] not in after
    for right in ("消费", "门禁通行", "图书借阅", "公共机房", "代扣代缴"):
        assert right in after
    assert "在圈存机上点“签约服务 → 新办签约”" in before
    another = without_tokens(seen(campus, "other_student"))
    assert [words for words in ("尾号", CARDS["student"][-4:]) if words in another] == []

    with monkeypatch.context() as rules:
        denied = {("lab", campus_today()): SimpleNamespace(is_allowed=False, pk=1)}
        rules.setattr(RuleTable, "rule_for", lambda _table, _class, _sub, right, on: denied.get((right, on)))
        lines = seen(campus).partition('class="rights-list"')[2].partition("</ul>")[0].split("<li>")[1:]
    assert ["这类卡没有这项权限" in one for one in lines] == ["公共机房" in one for one in lines]
    assert sum("badge-good" in one for one in lines) == len(lines) - 1
    assert sum("公共机房" in one for one in lines) == 1

    Person.objects.filter(pk=campus.persons["student"]).update(phone=None, phone_index=None)
    assert "还没有登记手机号" in seen(campus)

    school_file({'bank = "中国农业银行"': 'bank = "中国银行"', 'phone = "中国联通"': 'phone = "中国移动"'})
    changed = seen(campus)
    assert "联名银行：中国银行" in changed
    assert "联名通信：中国移动" in changed
    assert "农业银行" not in changed
    assert queries_of(campus.client("student"), RECORD) <= 20

    assert kiosk.ask("agreement/cancel", {"card": card.uid}, pin=PIN)["outcome"] == "approved"
    report_lost(by=campus.actor("student"), card=card, reason="x")
    ended = seen(campus)
    assert all(words in ended for words in ("已挂失", "还没有签约", CAST["student"][0]))
    assert ("badge-good" in after, "badge-good" in ended) == (True, False), "a lost card may do nothing"
    assert CARDS["student"][-4:] not in without_tokens(ended)
