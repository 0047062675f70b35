"""A door and a kiosk taken away while they hold rows that were never sent: refused, until their loss is accepted; then nobody hears them."""

import json

import pytest
from django.core.management import CommandError, call_command

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.access.models import Passage
from nanhu.platforms.campus.api import Place
from nanhu.platforms.identity import api as identity
from nanhu.platforms.terminals.api import Incident, LoggedRequest, Terminal
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.tests.signed import SignedTerminal


def register(number: str, *more: str) -> str:
    call_command("card_field", "terminal", number, *more, "--reason", "装机")
    return Terminal.objects.get(number=number).key


def test_a_door_goes_on_its_page_and_its_unsent_passages_are_not_let_in_later(campus):
    identity.grant_role(by=SYSTEM, account_id=campus.actor("clerk").account_id, role="terminals.registrar")
    Place.objects.create(key="lib", name="图书馆", kind="library")
    door = Device("R2001", key=register("R2001", "--kind", "door", "--door-place", "lib"))
    told = door.ask(
        "door/list", {"version": 0, "profiles_tag": "", "after": 0, "stored": 4, "is_open": False}, sequence=0
    )
    assert told["outcome"] == "approved"
    browser, address = campus.client("clerk"), "/card/fleet/terminals/R2001/retire/"

    assert "还有 4 笔没有上传" in browser.post(address, {"reason": "拆除"}, follow=True).content.decode()
    assert Terminal.objects.get(number="R2001").state == "on"
    page = browser.post(address, {"reason": "拆除", "is_loss_accepted": "on"}, follow=True).content.decode()

    assert "撤机时还有 4 笔没有上传" in page
    gone = Terminal.objects.get(number="R2001")
    assert (gone.state, gone.lost_rows) == ("retired", 4)
    assert AuditEntry.objects.get(action="terminals.retire").facts == {"lost_rows": 4, "lost_fen": 0}
    row = {
        "sequence": 7,
        "card": campus.card("student").uid,
        "direction": "in",
        "means": "card",
        "is_opened": True,
        "code": "allowed",
        "at": now().timestamp(),
    }
    late = door.send("door/events", json.dumps({"rows": [row]}).encode(), 7)
    assert (late.status_code, late.json()["code"]) == (401, "signature_wrong")
    assert not Passage.objects.exists()
    assert not LoggedRequest.objects.filter(terminal=gone).exists()
    assert Incident.objects.filter(terminal_number="R2001", code="signature_wrong").exists()


def test_a_kiosk_goes_by_the_command_and_what_it_still_asks_is_not_answered(campus):
    key = register("R3001", "--kind", "load_kiosk", "--yard", "南院")
    kiosk, wire = Device("R3001", key=key), SignedTerminal("R3001")
    assert wire.send("revocations", {"since": 0, "status": {"stored_rows": 2, "stored_fen": 0}}).status == 200

    with pytest.raises(CommandError, match="还有 2 笔没有上传"):
        call_command("card_field", "retire", "R3001", "--reason", "报废")
    assert kiosk.ask("card/look", {"card": campus.card("student").uid, "pin": "00"})["outcome"] == "refused"
    call_command("card_field", "retire", "R3001", "--accept-loss", "--reason", "报废")

    assert Terminal.objects.get(number="R3001").lost_rows == 2
    asked = json.dumps({"card": campus.card("student").uid, "pin": "00"}).encode()
    assert kiosk.send("card/look", asked, 9).json()["code"] == "signature_wrong"
    assert wire.send("revocations", {"since": 0}).code == "signature_wrong"
    assert not LoggedRequest.objects.filter(terminal__number="R3001", sequence=9).exists()
