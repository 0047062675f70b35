"""A phone's two codes and the campus bus at emulated devices, over the real gateway and the real services door. No browser.

The codes are made here as the page's script makes them; test_code_journey holds that script to the same words in a browser.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from nanhu.emulators.doors.web import DoorsApplication
from nanhu.emulators.pos.tests.conftest import start_device
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.bank.tests.conftest import ID_NUMBERS, PHONES
from nanhu.systems.card.bank.tests.phones import Phone
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.closing import jobs
from nanhu.systems.card.closing.models import Settlement
from nanhu.systems.card.closing.services import settling
from nanhu.systems.card.closing.tests.conftest import make
from nanhu.systems.card.codes.rules import STEP_SECONDS, number_of, part_of, write_picture
from nanhu.systems.card.doors.tests.conftest import hang_doors, put
from nanhu.systems.card.models import Merchant, Receipt
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.services.merchants import MerchantOrder, TerminalOrder, set_up_merchants
from nanhu.systems.card.tests.conftest import ORIGIN, SYSTEM, bring_in_the_cast
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.journeys.field import waits_for
from tests.journeys.kiosks import serving_site, write
from tests.journeys.street import open_gateway, write_configuration

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus(live_server, tmp_path) -> Iterator[Any]:
    campus = bring_in_the_cast()
    records = [
        people.PersonRecord(key=part, person_id=person, id_number=ID_NUMBERS[part], phone=PHONES[part])
        for part, person in campus.persons.items()
    ]
    people.apply_records(by=SYSTEM, records=records, origin=ORIGIN)
    for part in ("student", "teacher"):
        campus.top_up(part, 10_000)
    hang_doors()
    put("library", holder_class="student")
    set_up_merchants(
        by=SYSTEM,
        merchants=[MerchantOrder(key="bus", name="校车公司")],
        terminals=[TerminalOrder(number="BUS01", merchant_key="bus", place="1 号线")],
    )
    library = Terminal.objects.get(number="ML01")
    write(
        tmp_path / "doors.json",
        {
            "services": live_server.url,
            "school": "南湖大学",
            "terminals": [{"number": library.number, "key": library.key, "place": library.place}],
        },
    )
    with open_gateway(live_server.url, tmp_path / "gateway.log") as gateway:
        for till in start_device(write_pos(tmp_path, gateway, campus)):
            with serving_site(DoorsApplication(tmp_path / "doors.json", beats=False)) as doors:
                campus.till, campus.doors = till.url, doors
                yield campus
    assert receipt_differences() == []
    assert ledger.check_ledger() == []


def write_pos(folder: Path, gateway: str, campus: Any) -> Path:
    path = write_configuration(folder, gateway, campus)
    told = json.loads(path.read_text())
    told["terminals"] = [one for one in told["terminals"] if one["number"] in {"N1001", "BUS01"}]
    for one in told["terminals"]:
        one["fixed_fen"] = 100 if one["number"] == "BUS01" else None
    path.write_text(json.dumps(told))
    return path


def act(address: str, action: str, **facts: Any) -> dict[str, Any]:
    """What the page of a device posts when its keys are pressed."""
    request = urllib.request.Request(
        f"{address}/{action}", json.dumps(facts).encode(), {"Content-Type": "application/json", "Origin": address}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read().decode()) from error


def till(campus: Any, card: str) -> tuple[str, str]:
    """The kind of what the till shows, and its sentence."""
    outcome = act(campus.till, "pay", terminal="N1001", card=card, amount_fen=500)["outcome"]
    return outcome["kind"], outcome["sentence"]


def door(campus: Any, text: str) -> tuple[str, str]:
    """The lamp and the words under it."""
    shown = act(campus.doors, "show", door="ML01", card=text)["door"]
    return shown["lamp"], shown["says"]


class Page:
    """The code page of the student's phone: enabled by HTTP, its codes made as its script makes them."""

    def __init__(self, campus: Any) -> None:
        self.browser = campus.client("student")
        assert "启用" in self.browser.get("/card/code/").content.decode()
        told = self.browser.post("/card/code/enable/", headers={"user-agent": "Android", "accept": "application/json"})
        assert told.status_code == 201
        self.told, self.made = told.json(), 0

    def code(self, kind: str = "", *, ago: float = 0) -> str:
        """The picture for tills and doors; with `kind` what a phone shows that is switched to this right alone."""
        self.made += 1
        keys: Any = {right: bytes.fromhex(self.told[f"{right}_key"]) for right in ("pay", "door")}
        step, number = int((time.time() - ago) // STEP_SECONDS), self.told["number"]
        picture = write_picture(keys, device=number, step=step, nonce=f"{self.made:04d}")
        return part_of(picture, kind) if kind else picture  # type: ignore[arg-type]

    def hears(self, shown: str) -> dict[str, Any]:
        """What the page is told of the code it shows."""
        mark = f"{number_of(shown[11:17])}-{shown[17:21]}"
        found: dict[str, Any] = self.browser.get(f"/card/code/state?device={self.told['number']}&shown={mark}").json()
        return found

    def switch_off(self) -> None:
        listed = self.browser.get("/card/code/devices/").content.decode()
        address = listed.split('action="/card/code/devices/')[1].split('"')[0]
        assert self.browser.post(f"/card/code/devices/{address}", {"ending": "lost"}).status_code == 302


def sent_by(address: str, action: str, **facts: Any) -> tuple[dict[str, Any], str]:
    """What a device answers its page, and everything it put on the wire for it."""
    told = act(address, action, **facts)
    wire = told.get("wire") or told["outcome"]["wire"]
    return told, " ".join(one["request_body"] for one in wire)


@pytest.mark.capability("A082.1", "A089.4")
def test_one_code_of_the_phone_pays_at_the_till_or_opens_the_door(campus):
    """The same picture at either, once; each device sends its own part only, so that neither learns what the other could use."""
    page = Page(campus)
    first, second = page.code(), page.code()
    pays, opens = part_of(first, "pay")[21:], part_of(first, "door")[21:]
    told, sent = sent_by(campus.till, "pay", terminal="N1001", card=first, amount_fen=500)
    assert (told["outcome"]["kind"], pays in sent, opens in sent) == ("paid", True, False)
    assert page.hears(first)["taken"]["outcome"] == "approved"
    assert door(campus, first) == ("refused", "这个码已经用过，请刷新")

    pays, opens = part_of(second, "pay")[21:], part_of(second, "door")[21:]
    told, sent = sent_by(campus.doors, "show", door="ML01", card=second)
    assert (told["door"]["lamp"], opens in sent, pays in sent) == ("open", True, False)
    assert page.hears(second)["taken"]["outcome"] == "door"
    assert till(campus, second)[0] == "refused", "what the door saw cannot be spent"
    assert till(campus, page.code())[0] == "paid"
    assert Receipt.objects.filter(kind="payment", outcome="posted").count() == 2


@pytest.mark.capability("A082.3", "A082.4", "A089.1", "A089.2", "A089.3", "A089.4")
def test_a_code_counts_once_within_its_minute_for_its_own_right(campus):
    """A screenshot is worth nothing after use or a minute; a phone half a minute off still pays and opens."""
    page = Page(campus)
    pay, opens = page.code("pay"), page.code("door")
    assert till(campus, pay)[0] == "paid"
    assert door(campus, opens) == ("open", "请进")
    assert page.hears(pay)["taken"]["outcome"] == "approved"

    assert till(campus, pay)[0] == "refused", "the screenshot of a used code"
    assert door(campus, opens) == ("refused", "这个码已经用过，请刷新")
    assert till(campus, page.code("door"))[0] == "refused", "a door code does not pay"
    assert door(campus, page.code("pay")) == ("refused", "这个码无效，请在手机上重新打开")
    assert till(campus, page.code("pay", ago=61))[0] == "refused", "its minute is over"
    assert door(campus, page.code("door", ago=61)) == ("refused", "这个码已过期，请刷新")
    for skew in (-29, 29):
        waits_for(lambda: time.time() % STEP_SECONDS < STEP_SECONDS * 2 / 3)  # else its minute may end on the way
        told = act(campus.till, "pay", terminal="N1001", card=page.code(ago=skew), amount_fen=500)["outcome"]
        assert (told["kind"], len(told["wire"])) == ("paid", 1), "a clock half a minute off; one word there and back"
        told = act(campus.doors, "show", door="ML01", card=page.code(ago=skew))
        assert (told["door"]["lamp"], len(told["wire"])) == ("open", 1)

    page.switch_off()
    assert till(campus, page.code())[0] == "refused"
    assert door(campus, page.code()) == ("refused", "这部手机的码已停用")
    assert page.hears(pay)["device"] == "ended"
    assert Receipt.objects.filter(kind="payment", outcome="posted").count() == 3


@pytest.mark.capability("A117.1")
def test_a_lost_card_stops_its_codes_at_till_and_door(campus):
    page = Page(campus)
    report_lost(by=SYSTEM, card=campus.card("student"), reason="掉了")
    assert till(campus, page.code("pay")) == ("refused", "此卡已挂失，不能使用")
    assert door(campus, page.code("door")) == ("refused", "这张卡已挂失")


@pytest.mark.capability("A082.1")
def test_the_electronic_card_of_an_outside_app_pays_rides_and_opens(campus):
    """云闪付 asks the school for a code of its phone: at the till, in the bus, at the door."""
    phone = Phone(key="yunshanfu", name="云闪付")
    phone.bind("student")
    shown = [phone.ask("code", kind="card")["code"] for _time in range(3)]
    assert till(campus, shown[0])[0] == "paid"
    assert bus(campus, "pay", card=shown[1], amount_fen=100)["kind"] == "paid"
    assert door(campus, shown[2]) == ("open", "请进")
    for code in shown:
        assert (till(campus, code)[0], door(campus, code)[0]) == ("refused", "refused")
    assert phone.ask("code", kind="pay")["code"].startswith("N1P")
    assert till(campus, phone.ask("code", kind="door")["code"])[0] == "refused"


# The campus bus


def bus(campus: Any, action: str, **facts: Any) -> dict[str, Any]:
    found: dict[str, Any] = act(campus.till, action, terminal="BUS01", **facts)["outcome"]
    return found


@pytest.mark.capability("A090.1", "A090.2")
def test_the_bus_takes_fares_out_of_reach_refuses_the_revoked_and_its_firm_is_settled(campus, cron_of):
    """Fares far from any network, by the list the bus took along; uploaded at the terminus; paid to the firm by its contract."""
    firm, today = Merchant.objects.get(key="bus"), campus_today()
    make(campus, "teacher", "card.finance")
    contract = {
        "fee": "20",
        "cycle": "daily",
        "payee": "岳阳校车公司",
        "token": "tok-1",
        "last4": "0042",
        "starts_on": str(today),
        "ends_on": "",
    }
    finance = campus.client("teacher")
    assert finance.post("/card/closing/merchants/bus/contract/", contract).status_code == 302
    report_lost(by=SYSTEM, card=campus.card("other_student"), reason="掉了")
    bus(campus, "sign-on")
    bus(campus, "pull")
    bus(campus, "network", network="off")
    for part in ("student", "teacher"):
        assert bus(campus, "pay", card=campus.card(part).uid, amount_fen=100)["kind"] == "stored", part
    refused = bus(campus, "pay", card=campus.card("other_student").uid, amount_fen=100)
    assert (refused["kind"], refused["sentence"]) == ("refused", "此卡已挂失，不能使用")
    assert not Receipt.objects.filter(merchant=firm).exists(), "nobody heard of the rides yet"

    report_lost(by=SYSTEM, card=campus.card("teacher"), reason="下车时掉了")
    assert bus(campus, "network", network="on")["kind"] == "uploaded"
    rides = Receipt.objects.filter(merchant=firm, outcome="posted").order_by("sequence")
    assert [(one.kind, one.amount_fen) for one in rides] == [("stored", 100)] * 2
    bus(campus, "network", network="off")
    assert bus(campus, "pay", card=campus.card("teacher").uid, amount_fen=100)["kind"] == "refused", "the list grew"

    assert jobs.settle_merchants() == 0, "the day is not over"
    assert cron_of("card.settle") == "45 0 * * *"
    with time_machine.travel(now() + timedelta(days=1), tick=True):
        jobs.settle_merchants()
        jobs.settle_merchants()
        done = Settlement.objects.get(merchant=firm)
        assert (done.takings_fen, done.fee_fen, done.payable_fen) == (200, 4, 196)
        assert ledger.balance_of(settling.payable_of(firm)) == done.payable_fen
        campus.clients.clear()
        page = campus.client("teacher").get("/card/closing/merchants/bus/").content.decode()
        assert "岳阳校车公司" in page
        assert "¥ 1.96" in page
