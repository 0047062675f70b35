"""The pages of terminals and of loss as people see them: at a desk and on a phone, without a complaint of axe."""

from datetime import timedelta

import pytest
from django.db import connection
from playwright.sync_api import expect

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.identity import api as identity
from nanhu.platforms.terminals.api import Address, Incident, KioskAlarm, Terminal
from nanhu.platforms.terminals.sample import KioskOrder, set_up_kiosks
from nanhu.systems.card.fleet.models import TerminalGap, TerminalReport, TerminalWatch
from nanhu.systems.card.pins.tests.conftest import identify
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import SYSTEM, bring_in_the_cast
from nanhu.testing.accessibility import look_at
from nanhu.testing.browsers import on_console_error, open_browser
from tests.journeys.kiosks import beside

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def campus(db):
    """Two tills in trouble, a quiet one, a lost card, kiosks of which one has no paper."""
    found = bring_in_the_cast()
    identify(found)
    identity.grant_role(by=SYSTEM, account_id=identity.account_of(found.persons["clerk"]).pk, role="card.phone_desk")
    set_up_kiosks(
        by=SYSTEM,
        kiosks=[
            KioskOrder(
                number=f"KL10{place}",
                kind="load_kiosk",
                yard="南院",
                place=f"{place} 号楼",
                map_x=100 * place,
                map_y=120,
            )
            for place in (1, 2, 3)
        ],
    )
    one, other = Terminal.objects.get(number="N1001"), Terminal.objects.get(number="E3002")
    Terminal.objects.filter(pk=one.pk).update(last_seen=now(), last_sequence=812, clock_offset_seconds=95.0)
    Terminal.objects.filter(pk=other.pk).update(last_seen=now() - timedelta(hours=3))
    report_lost(by=found.actor("student"), card=found.card("student"), reason="本人在网页上挂失")
    TerminalReport.objects.create(terminal=one, software="pos 2.0")
    TerminalReport.objects.create(terminal=other, stored_rows=14, stored_fen=12_350, card_fen=5000)
    TerminalWatch.objects.create(terminal=one, upto=812, day=campus_today(), reordered=2, repeated=7)
    TerminalGap.objects.create(terminal=one, sequence=640)
    for minutes, address in ((90, "10.3.1.21"), (40, "10.9.77.4"), (1, "10.3.1.21")):
        Address.objects.update_or_create(
            terminal=one,
            address=address,
            defaults={"last_seen": now() - timedelta(minutes=minutes)},
            create_defaults={
                "first_seen": now() - timedelta(minutes=minutes),
                "last_seen": now() - timedelta(minutes=minutes),
            },
        )
    Incident.objects.create(at=now(), terminal_number="N1001", address="10.9.77.4", code="signature_wrong", times=12)
    machine = Terminal.objects.get(number="KL102").kiosk
    KioskAlarm.objects.create(kiosk=machine, kind=KioskAlarm.Kind.PAPER_OUT, raised_at=now())
    return found


def test_every_page_of_terminals_and_loss_is_whole(campus, live_server):
    card = campus.card("student")
    pages = {
        "clerk": {
            "fleet": "/card/fleet/",
            "terminal": "/card/fleet/terminals/N1001/",
            "exposures": "/card/fleet/exposure/",
            "exposure": f"/card/fleet/exposure/{card.public_id}/",
            "phone-desk": "/card/fleet/phone-desk/",
            "machines": "/card/machines/",
            "alarms": "/card/machines/alarms/",
            "counter": "/card/counter/",
            "loss": f"/card/counter/cards/{card.public_id}/loss/",
            "nothing": "/card/fleet/?q=nowhere",
        },
        "student": {"found": "/card/fleet/found/", "lost": "/card/report-lost/"},
        "teacher": {"report": "/card/report-lost/"},
    }
    cookies = {part: campus.client(part).cookies["nanhu_session"].value for part in pages}
    faults: list[str] = []
    with open_browser() as chromium:
        for part, wanted in pages.items():
            context = chromium.new_context(locale="zh-CN")
            context.add_cookies([{"name": "nanhu_session", "value": cookies[part], "url": live_server.url}])
            page = context.new_page()
            on_console_error(page, faults.append)
            for name, address in wanted.items():
                page.goto(live_server.url + address)
                look_at(page, name)
            context.close()
    assert faults == []


def test_the_fleet_renews_itself_every_five_seconds(campus, live_server):
    cookie = campus.client("clerk").cookies["nanhu_session"].value
    with open_browser() as chromium:
        context = chromium.new_context(locale="zh-CN")
        context.add_cookies([{"name": "nanhu_session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}/card/fleet/")
        line = page.locator("tr", has_text="N1001")
        expect(line).not_to_contain_text("停用")
        beside(lambda: Terminal.objects.filter(number="N1001").update(state="off"))
        expect(line).to_contain_text("停用后仍在联系")


def test_the_window_ends_on_an_open_page(campus, live_server):
    card, cookie = campus.card("student"), campus.client("student").cookies["nanhu_session"].value
    with open_browser() as chromium:
        context = chromium.new_context(locale="zh-CN")
        context.add_cookies([{"name": "nanhu_session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}/card/report-lost/")
        expect(page.locator("#exposure")).to_contain_text("还有 2 台没有拿到名单")
        beside(lambda: everybody_knows(card))
        expect(page.locator("#exposure")).to_contain_text("秒后最后一台终端也知道了")


def everybody_knows(card) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT card_terminal_reports((SELECT json_agg(json_build_object('id', p.id, 'list_version', r.version)) "
            "FROM terminals_terminal p, card_revocation r WHERE p.last_seen IS NOT NULL AND r.card_id = %s))",
            [card.pk],
        )
