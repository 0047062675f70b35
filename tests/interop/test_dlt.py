"""dlt's REST source as a consumer of the hub: by pages, then changes and removals alone, then a grant that ends amid."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.models import Grant, Reading
from nanhu.platforms.datahub.sharing import grants
from nanhu.platforms.datahub.tests.conftest import BY
from nanhu.platforms.datahub.tests.test_sharing import CARD, ask_grant, card
from nanhu.platforms.openapi import api as openapi

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-dlt" / "bin" / "python"
PROGRAM = Path(__file__).with_name("dlt_consumer.py")
SECONDS = 240


@pytest.fixture
def key() -> str:
    assert PYTHON.exists(), "sh scripts/install-dlt sets up dlt"
    order = openapi.VendorOrder(
        company="图书公司", contact="刘工", scopes=("hub.read",), addresses=("127.0.0.0/8",), per_minute=6000
    )
    vendor = openapi.register_vendor(by=BY, order=order)
    return openapi.make_key(by=BY, vendor=vendor, mode="live", name="读").text


class Stranger:
    def __init__(self, folder: Path, address: str, key: str) -> None:
        self.command = [str(PYTHON), str(PROGRAM), str(folder), f"{address}/api/hub/v1/", key, CARD, "uid"]

    def run(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command, capture_output=True, text=True, check=False, timeout=SECONDS)

    def reads(self) -> dict[str, dict[str, Any]]:
        done = self.run()
        assert done.returncode == 0, done.stderr[-3000:]
        return {row["uid"]: row for row in json.loads(done.stdout)}


def here() -> dict[str, tuple[str, str]]:
    return {row.uid: (row.campus_no, row.state) for row in datahub.rows(CARD)}


def held(rows: dict[str, dict[str, Any]]) -> dict[str, tuple[str, str]]:
    return {uid: (row["campus_no"], row["state"]) for uid, row in rows.items()}


@pytest.mark.capability("A001.1", "A001.2")
def test_dlt_reads_all_pages_then_changes_and_removals_alone_and_is_told_when_its_grant_ends(
    live_server: Any, key: str, tmp_path: Path
) -> None:
    datahub.put(CARD, [card(n) for n in range(30)], by=BY)
    grant = ask_grant(CARD, ["uid", "campus_no", "state"])
    stranger = Stranger(tmp_path, live_server.url, key)
    first = stranger.reads()
    assert held(first) == here()
    assert len(first) == 30
    assert {row["source"] for row in first.values()} == {"nanhu"}

    datahub.put(CARD, [card(3, state="lost"), card(77)], by=BY)
    datahub.remove(CARD, [("00000005",), ("00000006",)], by=BY)
    before = Reading.objects.count()
    assert held(stranger.reads()) == here()
    assert len(here()) == 29
    assert Reading.objects.count() - before == 1, "four rows of one page, and an end that gives none"
    assert held(stranger.reads()) == here(), "nothing new changes nothing"

    datahub.remove(CARD, [("00000007",)], by=BY)
    grants.end(by=BY, grant=Grant.objects.get(pk=grant.pk), reason="合同到期")
    ended = stranger.run()
    assert ended.returncode != 0
    assert "404" in ended.stderr
