"""The fleet's pages: for clerks, whole with 320 terminals, deeds with a reason."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import Verdict
from nanhu.platforms.identity import api as identity
from nanhu.platforms.terminals.api import Incident, NextKey, Terminal
from nanhu.platforms.terminals.devices import all_devices
from nanhu.systems.card.fleet.checks import no_terminal_is_abused
from nanhu.systems.card.fleet.exposure import exposure_of, usual_card_fen
from nanhu.systems.card.fleet.models import TerminalGap, TerminalReport
from nanhu.systems.card.models import LossReport, Till
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import SYSTEM, queries_of

FLEET = "/card/fleet/"
MOST_QUERIES = 20


@pytest.fixture
def full_fleet(campus):
    """320 terminals in the field; each third has not pulled the list for a while."""
    one = Terminal.objects.get(number="N1001")
    made = Terminal.objects.bulk_create(
        Terminal(number=f"F{place:04d}", key=one.key, place=f"{place} 号窗口", last_seen=now())
        for place in range(320 - Terminal.objects.count())
    )
    Till.objects.bulk_create(Till(terminal=each, merchant=one.till.merchant) for each in made)
    TerminalReport.objects.bulk_create(
        TerminalReport(terminal=terminal, list_version=place % 3 and 10**6, stored_rows=place % 5)
        for place, terminal in enumerate(Terminal.objects.order_by("pk"))
    )
    for part in ("student", "other_student", "guest"):
        report_lost(by=campus.actor("clerk"), card=campus.card(part), reason="test")
    connection.check_constraints()
    return campus


@pytest.mark.parametrize(
    "url", ["/card/fleet/", "/card/fleet/?problem=list&q=n10", "/card/fleet/terminals/N1001/", "/card/fleet/exposure/"]
)
def test_a_page_of_the_whole_fleet_asks_few_questions(full_fleet, url):
    assert queries_of(full_fleet.client("clerk"), url) <= MOST_QUERIES
    assert full_fleet.client("student").get(url).status_code == 404


def test_the_page_shows_each_terminal_and_renews_itself(full_fleet):
    page = full_fleet.client("clerk").get("/card/fleet/").content.decode()
    assert page.count("/card/fleet/terminals/") == 50
    assert full_fleet.client("clerk").get("/card/fleet/?page=7").content.decode().count("/card/fleet/terminals/") == 20
    assert 'hx-trigger="every 5s"' in page
    narrowed = full_fleet.client("clerk").get("/card/fleet/?q=岳阳米粉").content.decode()
    assert narrowed.count("/card/fleet/terminals/") == 1
    assert "没有符合条件的" in full_fleet.client("clerk").get("/card/fleet/?q=nowhere").content.decode()


def test_the_fleet_stands_among_the_clerks_applications_and_beside_the_counter(campus):
    assert registry.applications.get("card.fleet").roles == {"card.clerk"}
    assert registry.applications.get("devices").roles == {"terminals.clerk", "terminals.registrar"}
    assert "/card/fleet/" in campus.client("clerk").get("/card/counter/").content.decode()


def test_who_only_registers_merchants_finds_them_in_the_menu_and_no_page_that_is_shut(campus):
    identity.grant_role(by=SYSTEM, account_id=campus.actor("teacher").account_id, role="card.registrar")
    registrar = campus.client("teacher")
    menu = registrar.get("/apps/").content.decode()
    assert ("/card/fleet/merchants/" in menu, "/card/fleet/exposure/" in menu) == (True, False)
    assert registrar.get("/card/fleet/merchants/").status_code == 200
    assert registrar.get("/card/fleet/exposure/").status_code == 404


@pytest.mark.parametrize("action", ["off", "rotate"])
def test_nothing_is_done_without_a_reason(campus, action):
    page = campus.client("clerk").post(f"/card/fleet/terminals/N1001/{action}/", {"reason": " "})
    assert "原因" in page.content.decode()
    assert (Terminal.objects.get(number="N1001").state, NextKey.objects.count()) == ("on", 0)
    assert not AuditEntry.objects.filter(target="terminal:N1001").exists()


def test_an_unknown_terminal_is_not_found(campus):
    assert campus.client("clerk").get("/card/fleet/terminals/X9999/").status_code == 404
    assert campus.client("clerk").post("/card/fleet/terminals/X9999/off/", {"reason": "x"}).status_code in {302, 404}


@pytest.mark.capability("A117.3")
def test_the_window_of_a_loss_ends_when_the_last_terminal_knows(campus):
    card = report_lost(by=campus.actor("clerk"), card=campus.card("student"), reason="test")
    connection.check_constraints()
    Terminal.objects.filter(number__in=["N1001", "E3002"]).update(last_seen=now())
    clerk, url = campus.client("clerk"), f"/card/fleet/exposure/{card.public_id}/"
    Terminal.objects.create(number="R2001", kind="door", key="0" * 64, last_seen=now())
    assert "还有 3 台没有拿到名单" in clerk.get(url).content.decode(), "doors let in by the same list"
    assert exposure_of(card).at_risk_fen == 2 * usual_card_fen() > 0, "a till that said nothing sells what a card may"
    holds("R2001")
    assert "还有 2 台没有拿到名单" in clerk.get(url).content.decode()
    assert "挂失以后，联网终端一律拒绝，断网终端卖出的由学校承担" in clerk.get(url).content.decode()
    holds("N1001")
    assert LossReport.objects.get(card=card).known_at is None
    holds("E3002")
    assert LossReport.objects.get(card=card).known_at is not None
    assert "秒后最后一台终端也知道了" in clerk.get(url).content.decode()


def holds(number: str) -> None:
    """What the gateway writes when a terminal asks with the newest version."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT card_terminal_reports(json_build_array(json_build_object('id', %s::bigint, 'list_version', "
            "(SELECT max(version) FROM card_revocation))))",
            [Terminal.objects.get(number=number).pk],
        )


def test_a_terminal_that_was_taken_away_keeps_no_alarms(campus):
    """What it did before is over. Its key in use since then is the one alarm left."""
    gone = Terminal.objects.get(number="N1001")
    Incident.objects.create(terminal_number="N1001", code="offline_payment")
    TerminalGap.objects.create(terminal=gone, sequence=7)
    Terminal.objects.filter(pk=gone.pk).update(clock_offset_seconds=900)
    TerminalReport.objects.create(terminal=gone, stored_rows=3)
    seen = now()
    Terminal.objects.filter(pk=gone.pk).update(last_seen=seen)

    def badges() -> set[str]:
        return set(next(line for line in all_devices() if line.terminal.pk == gone.pk).problems)

    assert {"abuse", "gaps", "clock", "stored"} <= badges()
    assert no_terminal_is_abused().verdict == Verdict.FAIL
    Terminal.objects.filter(pk=gone.pk).update(state="retired", retired_at=seen)
    assert badges() == {"retired"}
    assert no_terminal_is_abused().verdict == Verdict.OK
    assert "已撤机" in campus.client("clerk").get("/card/fleet/?problem=retired").content.decode()
    Terminal.objects.filter(pk=gone.pk).update(retired_at=seen - timedelta(minutes=1))
    assert badges() == {"retired", "stolen", "incidents"}


def test_the_page_of_a_door_tells_of_no_sales_and_an_incident_in_its_own_words(campus):
    Terminal.objects.create(number="R2001", kind="door", key="0" * 64)
    for number in ("R2001", "N1001"):
        Incident.objects.create(terminal_number=number, code="terminal_limit")
    page = {
        number: campus.client("clerk").get(f"{FLEET}terminals/{number}/").content.decode()
        for number in ("R2001", "N1001")
    }
    for word in ("七日内补传的失效卡消费", "缺的流水号", "今日乱序到达", "金额过大"):
        assert (word in page["R2001"], word in page["N1001"]) == (False, True)
    assert "名单版本" in page["R2001"]
    assert "请求过于频繁" in page["R2001"]


def test_the_page_of_one_device_reads_no_other(full_fleet):
    """In the queries themselves: no more is found than is shown."""
    clerk = full_fleet.client("clerk")
    with CaptureQueriesContext(connection) as asked:
        assert clerk.get(f"{FLEET}terminals/N1001/").status_code == 200
    read = [
        one["sql"]
        for one in asked
        if re.search(r'FROM "(terminals_(terminal|next_key|address|incident)|card_(till|terminal_\w+))"', one["sql"])
    ]
    assert len(read) >= 6
    others = [sql for sql in read if not re.search(r'"(number|terminal_number|terminal_id)" (=|IN)', sql)]
    assert [sql for sql in others if '"registrar_id"' not in sql] == [], "beside the number of new ones in the tab"
