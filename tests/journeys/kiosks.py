"""A hall of emulated kiosks before a running school, and a person who walks up to them with a real browser."""

import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.db import connection
from playwright.sync_api import APIResponse, Locator, Page, Route, expect
from playwright.sync_api import TimeoutError as NotSeenError

from nanhu.emulators.chip.api import Pocket
from nanhu.emulators.kiosks.hall import Hall
from nanhu.emulators.kiosks.web import KioskApplication
from nanhu.platforms.terminals.api import KioskAlarm, Terminal
from nanhu.platforms.terminals.sample import KioskOrder, set_up_kiosks
from nanhu.systems.card.chip.management.commands.card_chips import psam_facts
from nanhu.systems.card.chip.models import Algorithm, Chip
from nanhu.systems.card.chip.services import keys, making
from nanhu.systems.card.chip.services.delivery import card_facts
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.tests.conftest import DOCUMENTS, identify
from nanhu.systems.card.tests.conftest import CAST, SYSTEM, Campus, bring_in_the_cast
from nanhu.testing.accessibility import accessibility_faults, sideways_faults
from tests.journeys.field import waits_for

DESK = {"width": 1440, "height": 900}
TOUCHED_AGAIN_MS = 3_000
"""After which a person touches what is still there once more; however long that has to go on."""
KINDS = {"KL101": "load_kiosk", "KR101": "reissue_kiosk", "KS101": "self_service_kiosk"}


def beside[Found](work: Callable[[], Found]) -> Found:
    """In a thread of its own: Playwright's loop runs in this one, and Django would not work inside it."""

    def run() -> Found:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def until_alarms_are(*kinds: str) -> None:
    """A machine tells the school of its alarms beside its work, not before its screen goes on."""
    found = KioskAlarm.objects.filter(cleared_at=None).values_list("kind", flat=True)
    waits_for(lambda: beside(lambda: set(found.all())) == set(kinds))


def cast_with_documents() -> Campus:
    campus = bring_in_the_cast()
    identify(campus)
    return campus


def furnish(folder: Path, services: str, campus: Campus) -> None:
    """Machines and chips; what the machines are told at their installation."""
    machines = [
        KioskOrder(number=number, kind=kind, yard="南院", place="南院一食堂", map_x=100, map_y=100)
        for number, kind in KINDS.items()
    ]
    set_up_kiosks(by=SYSTEM, kiosks=machines)
    keys.make_master_keys(by=SYSTEM, algorithm=Algorithm.TRIPLE_DES, reason="test")
    cards = Card.objects.select_related("wallet").order_by("pk")
    making.make_purses(by=SYSTEM, cards=cards, is_filled=True)
    write(
        folder / "chip.json",
        {
            "cards": [card_facts(chip) for chip in Chip.objects.select_related("card")],
            "psams": [psam_facts(number) for number in KINDS],
        },
    )
    write(
        folder / "kiosks.json",
        {
            "gateway": services,
            "services": services,
            "school": "湖南理工学院",
            "terminals": [
                {"number": one.number, "key": one.key, "kind": one.kind, "place": one.place}
                for one in Terminal.objects.filter(number__in=KINDS)
            ],
            "cards": [
                {"uid": campus.card(part).uid, "name": CAST[part][0], "campus_no": CAST[part][2]} for part in CAST
            ],
            "documents": [{"id_number": number, "name": CAST[part][0]} for part, (_kind, number) in DOCUMENTS.items()],
        },
    )


def write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value))


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_facts: object) -> None:
        pass


def kiosk_site(folder: Path) -> KioskApplication:
    return KioskApplication(folder / "kiosks.json", beats=False)


def serving(folder: Path) -> AbstractContextManager[str]:
    return serving_site(kiosk_site(folder))


@contextmanager
def serving_site(site: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, site, server_class=Server, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class LateLooks:
    """What the machine said to the page's looks, still on the way."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.held: list[tuple[Route, APIResponse]] = []

    def hold(self, route: Route) -> None:
        self.held.append((route, route.fetch()))

    def let_arrive(self) -> None:
        """And be read by the page, before what it asks for afterwards."""
        for route, answer in self.held:
            route.fulfill(response=answer)
        self.page.evaluate("() => fetch('/state').then((answer) => answer.json())")


@contextmanager
def late_looks(page: Page) -> Iterator[LateLooks]:
    """From the first look that is held back; whoever then tells the machine something is answered before it."""
    looks = LateLooks(page)
    page.route(re.compile(r"/state\?"), looks.hold)
    while not looks.held:
        page.wait_for_timeout(50)
    yield looks
    page.unroute_all(behavior="ignoreErrors")


def is_seen(button: Locator) -> bool:
    try:
        button.wait_for(timeout=TOUCHED_AGAIN_MS)
    except NotSeenError:
        return False
    return True


class Walker:
    """A person at a kiosk. What is asked of the screen is waited for."""

    def __init__(self, page: Page, url: str, pocket: Pocket, hall: Hall) -> None:
        self.page, self.url, self.pocket, self.hall = page, url, pocket, hall
        self.kiosk = ""

    def go_to(self, kiosk: str) -> None:
        self.kiosk = kiosk
        self.page.goto(f"{self.url}/?kiosk={kiosk}")
        self.reads("欢迎使用")

    def reads(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("#view")).to_contain_text(text)

    def touch(self, *names: str) -> None:
        """One after the other; again what the machine did not heed because it was just going back to its first screen."""
        for name, following in itertools.pairwise((*names, "")):
            self.rests()
            self.button(name).click()
            while following and not is_seen(self.button(following)) and self.button(name).is_visible():
                self.button(name).click()

    def rests(self) -> None:
        """A touch while the machine is at work, with the card just laid down, is none."""
        expect(self.page.locator("#machine")).not_to_have_attribute("aria-busy", "true")

    def button(self, name: str) -> Locator:
        return self.page.locator("#glass").get_by_role("button", name=name, exact=True)

    def touch_twice(self, name: str) -> None:
        self.rests()
        self.page.locator("#glass").get_by_role("button", name=name, exact=True).dblclick()

    def lay(self, uid: str) -> None:
        """The card onto the reader, or off it again."""
        self.page.locator(f'#cards [data-uid="{uid}"]').click()

    def insert(self, id_number: str) -> None:
        self.page.locator(f'#documents [data-uid="{id_number}"]').click()

    def type(self, digits: str) -> None:
        """On the machine's own keypad."""
        for key in (*digits, "confirm"):
            self.press(key)

    def press(self, key: str) -> None:
        """A key of that pad."""
        self.rests()
        self.page.locator(f'#pad [data-key="{key}"]').click()

    def answer(self, prompt: str, digits: str) -> None:
        self.reads(prompt)
        self.type(digits)

    def walk_away(self) -> None:
        """Nobody touches anything until the seconds are over that the screen counts down."""
        expect(self.page.locator("#left")).to_have_text(re.compile(r"^[1-4]?\d 秒后返回$"))
        self.hall.kiosks[self.kiosk].deadline = time.monotonic()

    def reads_not(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("#view")).not_to_contain_text(text)

    def take_card(self, uid: str, *, after: str = "返回") -> None:
        if after:
            self.touch(after)
        self.reads("请取走您的校园卡")
        self.lay(uid)
        self.reads("欢迎使用")

    def look(self) -> None:
        assert [*accessibility_faults(self.page), *sideways_faults(self.page)] == []
