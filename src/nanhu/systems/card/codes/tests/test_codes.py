"""Codes: what is in one, how long it lives, that it counts once, for its own right, device and card."""

import json
import time

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.codes.errors import CodeExpiredError, CodeRevokedError, CodeUsedError, CodeWrongError
from nanhu.systems.card.codes.models import CodeDevice, CodeUse
from nanhu.systems.card.codes.rules import ALPHABET, STEP_SECONDS, part_of, read_code, write_picture
from nanhu.systems.card.codes.services.devices import MOST_DEVICES, end_device, register_device
from nanhu.systems.card.codes.services.spending import spend_code
from nanhu.systems.card.codes.tests.phone import write_code

letters = st.text(alphabet=ALPHABET)


@given(
    key=st.binary(min_size=32, max_size=32),
    kind=st.sampled_from(["pay", "door"]),
    step=st.integers(0, 32**6 - 1),
    device=st.text(ALPHABET, min_size=8, max_size=8),
    nonce=st.text(ALPHABET, min_size=4, max_size=4),
)
def test_what_is_written_is_read(key, kind, step, device, nonce):
    code = read_code(write_code(key, kind=kind, device=device, step=step, nonce=nonce))
    assert (code.kind, code.device, code.step, code.nonce) == (kind, device, step, nonce)
    assert code.is_signed_by(key)
    assert not code.is_signed_by(bytes(32) if key != bytes(32) else b"1" * 32)


@pytest.mark.capability("A082.4")
@given(place=st.integers(2, 36), letter=st.sampled_from(ALPHABET))
def test_no_character_can_be_changed(place, letter):
    key = bytes(range(32))
    text = write_code(key, kind="pay", device="4Q7ZK1XA", step=58_000_000, nonce="8F2K")
    changed = text[:place] + letter + text[place + 1 :]
    code = read_code(changed)
    assert changed == text or code is None or not code.is_signed_by(key)


@pytest.mark.capability("A089.4")
def test_a_picture_is_cut_into_what_pays_and_what_opens():
    keys = {"pay": bytes(32), "door": bytes(range(32))}
    picture = write_picture(keys, device="4Q7ZK1XA", step=58_000_000, nonce="8F2K")
    assert read_code(picture) is None
    for kind, other in (("pay", "door"), ("door", "pay")):
        part = part_of(picture, kind)
        assert part == write_code(keys[kind], kind=kind, device="4Q7ZK1XA", step=58_000_000, nonce="8F2K")
        assert part_of(other := part_of(picture, other), kind) == other
        assert part[21:] not in other


@pytest.mark.capability("A089.3", "A082.3")
@pytest.mark.parametrize(("seconds", "is_in_time"), [(-31, False), (-30, True), (0, True), (59, True), (60, False)])
def test_a_code_lives_a_minute_and_forgives_half_a_minute_of_skew(seconds, is_in_time):
    code = read_code(write_code(bytes(32), kind="pay", device="4Q7ZK1XA", step=100, nonce="0000"))
    assert code.is_in_time(100 * STEP_SECONDS + seconds) is is_in_time


class Phone:
    """What the page's script does, in Python."""

    def __init__(self, campus, part="student"):
        made = register_device(by=campus.actor(part), person_id=campus.persons[part], name="测试手机")
        self.device, self.keys = made.device, {"pay": made.pay_key, "door": made.door_key}
        self.made = 0

    def code(self, kind="pay", *, ago=0, key_of=None):
        self.made += 1
        step = int((time.time() - ago) // STEP_SECONDS)
        key = bytes.fromhex(self.keys[key_of or kind])
        return write_code(key, kind=kind, device=self.device.number, step=step, nonce=f"{self.made:04d}")

    def picture(self):
        self.made += 1
        keys = {kind: bytes.fromhex(key) for kind, key in self.keys.items()}
        step = int(time.time() // STEP_SECONDS)
        return write_picture(keys, device=self.device.number, step=step, nonce=f"{self.made:04d}")


@pytest.fixture
def phone(campus):
    return Phone(campus)


def spend(text, *, sequence=1, terminal="N1001", kind="pay"):
    return spend_code(text, kind=kind, terminal_id=Terminal.objects.get(number=terminal).pk, sequence=sequence)


@pytest.mark.capability("A082.1")
def test_a_code_stands_for_its_owners_card(campus, phone):
    assert spend(phone.code()) == campus.card("student")
    for sequence, part in enumerate(("teacher", "guest"), 2):
        assert spend(Phone(campus, part).code(), sequence=sequence) == campus.card(part)


@pytest.mark.capability("A089.2", "A082.4")
def test_a_screenshot_is_refused_once_the_code_was_used(phone):
    code = phone.code()
    spend(code, sequence=1)
    with pytest.raises(CodeUsedError):
        spend(code, sequence=2)
    with pytest.raises(CodeUsedError):
        spend(code, sequence=1, terminal="E3002")


@pytest.mark.capability("A089.2")
def test_the_same_request_again_is_the_same_deed(campus, phone):
    code = phone.code()
    assert spend(code, sequence=1) == spend(code, sequence=1) == campus.card("student")


@pytest.mark.capability("A089.3", "A082.4")
def test_an_old_screenshot_is_refused(phone):
    with pytest.raises(CodeExpiredError):
        spend(phone.code(ago=90))
    with pytest.raises(CodeExpiredError):
        spend(phone.code(ago=-90))


@pytest.mark.capability("A089.4")
def test_a_door_code_does_not_pay_and_a_pay_code_opens_no_door(phone):
    with pytest.raises(CodeWrongError):
        spend(phone.code("door"))
    with pytest.raises(CodeWrongError):
        spend(phone.code("pay"), kind="door")
    with pytest.raises(CodeWrongError):
        spend(phone.code("pay", key_of="door"))


@pytest.mark.capability("A088.1")
def test_a_code_under_another_device_is_refused(campus, phone):
    other = Phone(campus, "teacher")
    mine = phone.code()
    with pytest.raises(CodeWrongError):
        spend(mine.replace(phone.device.number, other.device.number))


def test_wrong_codes_under_its_number_keep_no_phone_from_paying(campus, phone):
    """The device's number stands in every picture of a code: who saw one may send a hundred wrong ones."""
    for number in range(100):
        with pytest.raises(CodeWrongError):
            spend(phone.code(key_of="door"), sequence=number + 1)
    assert spend(phone.code(), sequence=101) == campus.card("student")


@pytest.mark.capability("A088.1")
def test_only_its_signed_in_holder_is_shown_the_pay_code(campus, client):
    for ask in (client.get, client.post):
        assert ask("/card/code/enable/").headers["Location"].startswith("/sign-in")
    assert client.get("/card/code/").headers["Location"].startswith("/sign-in")
    assert not CodeDevice.objects.exists()
    early = campus.client("student").post("/card/code/enable/", headers={"accept": "text/html"})
    assert (early.status_code, "pay_key" in early.content.decode(), CodeDevice.objects.count()) == (200, False, 0)
    assert enabled_again(campus, "").status_code == 201
    assert CodeDevice.objects.get().person_id == campus.persons["student"]
    assert [enabled_again(campus, "").status_code for _another in range(3)] == [201, 201, 409], "three phones at most"


@pytest.mark.capability("A088.3")
def test_a_phone_that_was_switched_off_pays_no_more(campus, phone):
    used, fresh = phone.code(), phone.code()
    spend(used, sequence=1)
    end_device(by=campus.actor("student"), device=phone.device, ending=CodeDevice.Ending.LOST)
    with pytest.raises(CodeRevokedError):
        spend(fresh, sequence=2)
    assert spend(used, sequence=1) == campus.card("student")
    told = AuditEntry.objects.filter(action__startswith="card.code_device").order_by("id")
    assert [(one.action, one.facts["device"]) for one in told] == [
        ("card.code_device", phone.device.number),
        ("card.code_device_ended", phone.device.number),
    ]


@pytest.mark.capability("A088.3")
def test_a_phone_that_is_enabled_again_takes_the_place_of_what_it_was(campus, phone):
    fresh, teachers = phone.code(), Phone(campus, "teacher")
    number = phone.device.number
    for _sign_out in range(MOST_DEVICES + 1):
        answer = enabled_again(campus, number)
        assert answer.status_code == 201
        number = answer.json()["number"]
    with pytest.raises(CodeRevokedError):
        spend(fresh)
    assert enabled_again(campus, teachers.device.number).status_code == 201
    assert spend(teachers.code(), sequence=2) == campus.card("teacher")


def enabled_again(campus, number):
    asked = {"accept": "application/json"}
    return campus.client("student").post("/card/code/enable/", {"replaces": number}, headers=asked)


@pytest.mark.capability("A082.4", "A089.2")
@pytest.mark.parametrize(("first", "second"), [("pay", "door"), ("door", "pay")])
def test_whichever_part_of_a_picture_came_first_the_other_is_used_up(campus, phone, first, second):
    """A door that saw what pays cannot have it spent after it opened; a till that took money cannot have a door opened."""
    picture = phone.picture()
    assert spend(part_of(picture, first), kind=first, sequence=1) == campus.card("student")
    with pytest.raises(CodeUsedError):
        spend(part_of(picture, second), kind=second, sequence=2)
    with pytest.raises(CodeUsedError):
        spend(part_of(picture, second), kind=second, sequence=1)
    assert spend(part_of(picture, first), kind=first, sequence=1) == campus.card("student")


@pytest.mark.capability("A089.4")
def test_a_whole_picture_is_taken_nowhere_and_a_part_under_the_other_letter_neither(phone):
    picture = phone.picture()
    for kind, text in (("pay", picture), ("door", picture), ("pay", "N1P" + part_of(picture, "door")[3:])):
        with pytest.raises(CodeWrongError):
            spend(text, kind=kind)


@pytest.mark.capability("A089.2")
def test_the_database_counts_a_code_once_whatever_it_was_used_for(phone):
    till = Terminal.objects.get(number="N1001")
    facts = {"device": phone.device, "step": 1, "nonce": "0000", "terminal": till}
    CodeUse.objects.create(kind="pay", sequence=1, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        CodeUse.objects.create(kind="door", sequence=2, **facts)


def use(phone, sequence: int, *, step: int = 58_000_000, kind: str = "pay") -> str:
    """A till took a code of this phone; as the page names it."""
    till = Terminal.objects.get(number="N1001")
    facts = {"device": phone.device, "step": step, "nonce": f"{sequence:04d}", "terminal": till, "sequence": sequence}
    CodeUse.objects.create(kind=kind, **facts)
    return f"{step}-{sequence:04d}"


def told(campus, phone, *shown: str, part: str = "student"):
    facts = {"device": phone.device.number, "shown": shown}
    return campus.client(part).get("/card/code/state", facts).json()["taken"]


def test_a_payment_with_the_code_before_is_told_after_the_code_changed(campus, phone):
    campus.top_up("student", 2000)
    old, new = use(phone, 900), "58000001-0000"
    assert told(campus, phone, old, new) == {"shown": old, "outcome": "waiting"}
    with connection.cursor() as cursor:
        till = Terminal.objects.get(number="N1001").pk
        row = {"n": 0, "t": till, "s": 900, "f": "aa", "u": campus.card("student").uid, "a": 850, "o": time.time()}
        cursor.execute("SELECT outcome FROM card_pay(%s)", [json.dumps([row])])
    done = told(campus, phone, old, new)
    assert (done["shown"], done["outcome"], done["merchant"]) == (old, "approved", "自选快餐")
    assert "8.50" in done["amount"]
    assert told(campus, phone, new) is None
    door = use(phone, 901, kind="door")
    assert [told(campus, phone, *marks)["shown"] for marks in ((old, door), (door, new))] == [old, door]


def test_only_codes_of_ones_own_phone_and_of_the_last_minutes_are_told(campus, phone):
    old = use(phone, 900)
    assert told(campus, Phone(campus, "teacher"), old, part="teacher") is None
    strange = campus.client("teacher").get("/card/code/state", {"device": phone.device.number, "shown": old}).json()
    unknown = campus.client("teacher").get("/card/code/state", {"device": "00000000", "shown": old}).json()
    assert (strange["device"], strange["taken"]) == (unknown["device"], unknown["taken"]) == ("unknown", None)
    many = [f"58000001-{place:04d}" for place in range(12)]
    assert told(campus, phone, old, *many) is None
    assert told(campus, phone, "", "x-1", "1-\0", "9" * 40 + "-1") is None
