"""A canteen's window in small: the campus's pages, a real gateway process, and the POS emulator with cards that have chips."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from playwright.sync_api import Locator, Page, expect

from nanhu.emulators.chip.api import Pocket, terminal
from nanhu.emulators.pos.tests.conftest import start_device
from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import configuration, read_configuration
from nanhu.kernel.school import SAMPLE
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.chip.management.commands.card_chips import psam_facts
from nanhu.systems.card.chip.models import Chip
from nanhu.systems.card.chip.services import keys, making
from nanhu.systems.card.chip.services.delivery import card_facts
from nanhu.systems.card.funds.services.difference import Difference, difference_of
from nanhu.systems.card.models import Price
from nanhu.systems.card.pins.tests.conftest import PINS, identify
from nanhu.systems.card.process import gateway_command
from nanhu.systems.card.tests.conftest import CAST, SYSTEM, bring_in_the_cast
from nanhu.testing.browsers import on_console_error, open_browser
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports
from tests.conftest import ROOT, answer_of

WINDOW, SHOWER = "N1001", "E3002"
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
HELD = re.compile(r"\bheld\b")
TOO_BRIEFLY_MS = 4_900
"""Five seconds make a card held."""
MEAL_AT_ANY_HOUR = """
[[card.meals]]
from = 2024-01-01
canteen = "南院一食堂"
periods = { lunch = "00:00-24:00" }

[[card.meals]]
from = 2024-01-01
canteen = "东院三食堂"
periods = { supper = "00:00-24:00" }
"""


@dataclass
class Street:
    """`campus` is the cast; `url` the emulator's page. While a window is open Playwright's loop runs, and Django may not
    be asked: cards are known beforehand."""

    campus: Any
    url: str
    pocket: Pocket
    uids: dict[str, str]
    first_receipt: int = 0

    def uid(self, part: str) -> str:
        return self.uids[part]

    def pin(self, part: str) -> str:
        return PINS[part]

    def on_card(self, part: str) -> terminal.Facts:
        with self.pocket.card(self.uid(part)) as card:
            return terminal.read_facts(card)

    def wallet_fen(self, part: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT balance_fen FROM ledger_balance WHERE account_id = %s", [self.campus.card(part).wallet_id]
            )
            return int(cursor.fetchone()[0])

    def difference(self, part: str) -> Difference:
        return difference_of(Chip.objects.select_related("card").get(card=self.campus.card(part)))


def database_url() -> str:
    """The test's own database, as another process finds it."""
    address = urlsplit(configuration().database_url)
    return address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


@contextmanager
def open_gateway(public_url: str, log: Path, **settings: str) -> Iterator[str]:
    """`settings`: more of the environment the gateway is to read."""
    (port,) = free_ports(1)
    environment = (
        os.environ
        | settings
        | {
            "NANHU_GATEWAY_PORT": str(port),
            "NANHU_PUBLIC_URL": public_url,
            "DATABASE_URL": database_url(),
        }
    )
    command = gateway_command(read_configuration(environment))
    with log.open("wb") as file:
        process = subprocess.Popen(
            dying_with_parent(command), env=environment, cwd=ROOT, stdout=file, stderr=file, start_new_session=True
        )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while answer_of(f"http://127.0.0.1:{port}/health") != 200:
            assert time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def furnish() -> Any:
    """The cast with documents, money and chips; the shower sells at one price."""
    campus = bring_in_the_cast()
    identify(campus)
    campus.top_up("teacher", 20_000)
    keys.make_master_keys(by=SYSTEM)
    making.make_purses(by=SYSTEM, cards=[campus.card("teacher")], is_filled=True)
    Price.objects.create(
        terminal=Terminal.objects.get(number=SHOWER), kind="fixed", price_fen=200, since=date(2024, 1, 1)
    )
    return campus


def write_configuration(folder: Path, gateway: str, campus: Any) -> Path:
    terminals = [
        {
            "number": one.number,
            "key": one.key,
            "merchant": one.till.merchant.name,
            "canteen": one.till.merchant.canteen,
            "fixed_fen": 200 if one.number == SHOWER else None,
        }
        for one in Terminal.objects.select_related("till__merchant").filter(till__isnull=False).order_by("-number")
    ]
    cards = [
        {"uid": campus.card(part).uid, "name": CAST[part][0], "campus_no": CAST[part][2], "note": "教师卡"}
        for part in ("teacher", "guest")
    ]
    path = folder / "pos.json"
    path.write_text(json.dumps({"gateway": gateway, "school": "南湖大学", "terminals": terminals, "cards": cards}))
    chips = [card_facts(chip) for chip in Chip.objects.select_related("card")]
    made = {"cards": chips, "psams": [psam_facts(one["number"]) for one in terminals]}
    (folder / "chip.json").write_text(json.dumps(made))
    return path


@contextmanager
def open_street(public_url: str, folder: Path) -> Iterator[Street]:
    campus = furnish()
    school = folder / "school.toml"
    school.write_text(SAMPLE.read_text() + MEAL_AT_ANY_HOUR)
    with open_gateway(public_url, folder / "gateway.log", NANHU_SCHOOL_FILE=str(school)) as gateway:
        path = write_configuration(folder, gateway, campus)
        for visitor in start_device(path):
            uids = {part: campus.card(part).uid for part in ("teacher", "guest")}
            yield Street(campus, visitor.url, Pocket(folder / "chip.json"), uids)


@contextmanager
def open_window(street: Street, size: str = "desk", number: str = WINDOW, query: str = "") -> Iterator[Page]:
    """The machine in a browser window; a fault on its console fails the test."""
    faults: list[str] = []
    width, height = SIZES[size]
    with open_browser() as chromium:
        page = chromium.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", base_url=street.url
        ).new_page()
        on_console_error(page, faults.append)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"/{query}#{number}")
        expect(page.locator("#headline")).to_have_text("请刷卡" if number == SHOWER else "请输入金额")
        yield page
    assert faults == []


def press(page: Page, keys_: str) -> None:
    """Each key when the machine has answered the one before: what is pressed while it works is none, as at the counter."""
    for key in keys_.split():
        page.click(f"#device:not([aria-busy]) [data-key='{key}']")


def digits(page: Page, text: str) -> None:
    press(page, " ".join([*text, "confirm"]))


def tap(page: Page, uid: str) -> None:
    page.locator(f"main:has(#device:not([aria-busy])) .card[data-uid='{uid}']").click()


def hold(page: Page, uid: str) -> None:
    """Until the machine has taken it for held."""
    card = laid(page, uid)
    expect(card).not_to_have_class(HELD)
    page.mouse.up()


def hold_too_briefly(page: Page, uid: str) -> None:
    """By the page's own clock, which stands still meanwhile: a slow machine would hold it for longer."""
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    laid(page, uid)
    page.clock.run_for(TOO_BRIEFLY_MS)
    page.mouse.up()
    page.clock.resume()


def laid(page: Page, uid: str) -> Locator:
    card = page.locator(f".card[data-uid='{uid}']")
    card.scroll_into_view_if_needed()
    box = card.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 20)
    page.mouse.down()
    expect(card).to_have_class(HELD)
    return card


def says(page: Page, headline: str, sentence: str | None = None) -> None:
    expect(page.locator("#headline")).to_have_text(headline)
    if sentence is not None:
        expect(page.locator("#sentence")).to_contain_text(sentence)
