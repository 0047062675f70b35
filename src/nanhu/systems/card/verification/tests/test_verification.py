"""The card as an ID: a code for two minutes, a face, no digits, and the holder sees who looked."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from PIL import Image

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.card.services import loss
from nanhu.systems.card.tests.conftest import ORIGIN, SYSTEM
from nanhu.systems.card.verification.models import VerificationCode
from nanhu.testing.scanner import read_code


def portrait(colour: str = "#dfe8f0") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (358, 441), colour).save(out, "JPEG")
    return out.getvalue()


ID_NUMBER = "11010519491231002X"
VERIFY = "/card/rights/verify/"


@pytest.fixture
def guard(campus):
    identity.grant_role(by=SYSTEM, account_id=campus.actor("second_clerk").account_id, role="card.guard")
    record = people.PersonRecord(key="s", person_id=campus.persons["student"], id_number=ID_NUMBER, document_kind="1")
    people.apply_records(by=SYSTEM, records=[record], origin=ORIGIN)
    return campus.client("second_clerk")


def assert_no_document(page: str) -> None:
    main = page.partition("<main")[2].partition("</main>")[0]
    shown = re.sub(r'(?:src|value)="[^"]*"', "", main)  # an address, a token or a code may have such digits by chance
    assert "林小满" in shown
    assert not any(part in shown for part in (ID_NUMBER[-4:], ID_NUMBER[:6], ID_NUMBER[6:14], "1949")), "nor a birthday"


def look(guard, typed: str):
    return guard.post(VERIFY, {"typed": typed, "place": "南院东门"})


@pytest.mark.capability("A097.1", "A097.2", "A097.3")
def test_a_guard_sees_face_class_and_validity_by_a_code_and_the_holder_sees_the_guard(campus, guard):
    people.set_photo(by=SYSTEM, person_id=campus.persons["student"], content=portrait())
    people.set_photo(by=SYSTEM, person_id=campus.persons["second_clerk"], content=portrait("#101820"))
    holder = campus.client("student")
    shown = holder.get("/card/rights/my-code/").content.decode()
    code = VerificationCode.objects.get().code
    assert f"{code[:4]} {code[4:]}" in shown
    assert read_code(shown[shown.index('class="verify-qr"') :]) == code, "for the guard's scanner"
    page = look(guard, f"{code[:4]} {code[4:]}").content.decode()
    for word in ("有效", "林小满", "学生卡", "统招本科"):
        assert word in page
    address = re.search(r'<img class="verdict-photo" src="([^"]+)"', page)
    assert address, "the face is what is compared"
    face = guard.get(address[1])
    assert (face.status_code, face["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(face.getvalue())).getpixel((9, 9))[0] > 200, "the holder's own, not the guard's"
    for stranger in ("student", "clerk"):
        refused = look(campus.client(stranger), code)
        assert (refused.status_code, "统招本科" in refused.content.decode()) == (404, False)
    assert_no_document(page)
    looks = holder.get("/account/data/looks").content.decode()
    assert "何平" in looks
    assert "南院东门" in looks
    loss.report_lost(by=SYSTEM, card=campus.card("student"), reason="掉了")
    refused = look(guard, code).content.decode()
    assert "这张卡已挂失" in refused
    assert_no_document(refused)


@pytest.mark.capability("A097.2")
def test_a_code_is_good_for_two_minutes(campus, guard):
    begun = now()
    with time_machine.travel(begun, tick=False) as clock:
        campus.client("student").get("/card/rights/my-code/")
        code = VerificationCode.objects.get().code
        clock.move_to(begun + timedelta(seconds=119))
        assert look(guard, code).status_code == 200
        clock.move_to(begun + timedelta(seconds=121))
        assert look(guard, code).status_code == 404


@pytest.mark.capability("A097.1")
def test_a_scanned_card_and_a_typed_number_do_as_well(campus, guard):
    card = campus.card("teacher")
    for typed in (card.uid.lower(), card.number):
        assert "陈志远" in look(guard, typed).content.decode()


@pytest.mark.capability("A097.1")
@pytest.mark.parametrize("typed", ["", "0", "00000000", "%_'", "9" * 20])
def test_nothing_is_found_by_guessing(campus, guard, typed):
    answer = look(guard, typed)
    assert answer.status_code in {404, 422}
    assert "学生卡" not in answer.content.decode()
    guesses = AuditEntry.objects.filter(action="card.verify_nothing", facts={"place": "南院东门"})
    assert guesses.count() == (answer.status_code == 404), "each that was looked for is on record"


@pytest.mark.capability("A097.2")
def test_the_same_code_stays_for_a_minute(campus):
    for _times in range(3):
        campus.client("student").get("/card/rights/my-code/")
    assert VerificationCode.objects.count() == 1
    with time_machine.travel(now() + timedelta(seconds=61), tick=False):
        campus.client("student").get("/card/rights/my-code/")
    assert VerificationCode.objects.count() == 2, "none is shown that is over before a guard has typed it"
