"""学生认证 and 新进教职工, through their pages: what is told to whom, how often one may try, what is kept."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nanhu.kernel.clock import now
from nanhu.kernel.crypto.vault import Vault
from nanhu.kernel.models import AuditEntry, SmsMessage, Throttle
from nanhu.platforms.people import api as people
from nanhu.services.mobile.models import Attempt, Binding, Consent, Member, Newcomer
from nanhu.services.mobile.services import certifying, comparing, members
from nanhu.services.mobile.tests.conftest import STUDENTS, last_code, settle
from nanhu.services.mobile.tests.test_entering import tap
from nanhu.testing.members import SYSTEM

pytestmark = pytest.mark.django_db
PAGE, CODE = "/mobile/certify/", "/mobile/certify/code"
NAME, PHONE, DOCUMENT = STUDENTS["S1"]
RIGHT = {
    "campus_no": "S1",
    "name": NAME,
    "id_number": DOCUMENT,
    "phone": PHONE,
    "agrees": "on",
    "agrees_document": "on",
}


def certify(client, **changes):
    """The form, and then the code that came; what the last page answered."""
    said = RIGHT | changes
    answer = client.post(PAGE, said, REMOTE_ADDR=changes.pop("address", "127.0.0.1"))
    if answer.status_code != 302:
        return answer
    return client.post(CODE, {"code": last_code(said["phone"])})


@pytest.mark.capability("A057.1", "A058.1")
def test_four_fields_that_fit_bind(syncing, client, school):
    answer = certify(client)
    assert answer.status_code == 200
    settle()
    found = Binding.objects.get(person_id=school.persons["S1"])
    assert (found.userid, found.how) == ("s1", "form")


@pytest.mark.capability("A057.1")
def test_a_phone_that_an_office_changed_today_binds_nobody(syncing, school):
    """Whoever may write the record could else be let in as somebody, with a phone of his own."""
    with time_machine.travel(now() + timedelta(days=2)):
        school.record("S1", phone="13900139009", affiliation={"state": "active"})
        assert certify(Client(), phone="13900139009").status_code == 422
        assert not Binding.objects.filter(person_id=school.persons["S1"]).exists()
    with time_machine.travel(now() + timedelta(days=3, minutes=1)):
        assert certify(Client(), phone="13900139009").status_code == 200


@pytest.mark.capability("A057.1", "A057.2", "A058.1")
@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "曾小南"},
        {"id_number": STUDENTS["S2"][2]},
        {"phone": "13907300099"},
        {"campus_no": "S2"},
        {"campus_no": "S999"},
    ],
)
def test_a_mismatch_names_no_field(school, client, wrong):
    answer = certify(client, **wrong)
    text = re.sub("<[^>]*>", " ", answer.content.decode())  # a token in a field may hold any two letters
    assert answer.status_code == 422
    assert "填写的信息与学校记录不符" in text
    assert not any(word in text for word in ("学号不", "姓名不", "证件号码不", "手机号不", "S2", NAME))
    assert not Binding.objects.exists()


@pytest.mark.capability("A057.2")
def test_a_phone_that_an_office_changed_today_fits_tomorrow(syncing, client, school):
    """Whoever may write the record could else bind a phone of his own to somebody."""
    changed = people.PersonRecord(key="1", person_id=school.persons["S1"], phone="13900139009")
    with time_machine.travel(now() + timedelta(days=2)):
        people.apply_records(by=SYSTEM, records=[changed], origin=people.Origin(source="sa.contacts", title="联系方式"))
        assert certify(client, phone="13900139009").status_code == 422
        settle()
        assert not Binding.objects.filter(person_id=school.persons["S1"]).exists()
    with time_machine.travel(now() + timedelta(days=3, minutes=1)):
        assert certify(Client(), phone="13900139009").status_code == 200
        settle()
        assert Binding.objects.filter(person_id=school.persons["S1"]).exists()


@pytest.mark.capability("A057.2")
def test_whatever_does_not_fit_the_same_page_says_so(school):
    wrong = {"name": "曾小南"}, {"id_number": STUDENTS["S2"][2]}, {"phone": "13907300099"}, {"campus_no": "S999"}
    told = {re.sub("<[^>]*>", " ", certify(Client(), **one).content.decode()) for one in wrong}
    assert len(told) == 1
    assert "填写的信息与学校记录不符" in told.pop()


@pytest.mark.capability("A057.2")
def test_before_the_code_nothing_tells_whether_it_fits(school):
    """The same answers, the same queries, the same hashes, for a person who is known and for one who is not."""
    seen, drawn = [], []
    for number, address in (("S1", "127.0.0.2"), ("S999", "127.0.0.3")):
        client, counts = Client(), Counter()
        original = Vault.blind_index_many

        def counted(vault, texts, *, purpose, counts=counts, original=original):
            counts[purpose] += 1
            return original(vault, texts, purpose=purpose)

        with CaptureQueriesContext(connection) as queries, pytest.MonkeyPatch.context() as patch:
            patch.setattr(Vault, "blind_index_many", counted)
            answer = client.post(PAGE, RIGHT | {"campus_no": number}, REMOTE_ADDR=address)
        seen.append((answer.status_code, answer["Location"], client.get(CODE).content.decode().count("\n")))
        drawn.append((len([one for one in queries if "people_" in one["sql"]]), len(queries), counts))
    assert seen[0] == seen[1]
    assert drawn[0] == drawn[1]


@pytest.mark.capability("A057.3")
def test_five_tries_a_day_and_number(school, client):
    for number in range(5):
        assert certify(client, name="错", address=f"127.0.1.{number}").status_code == 422
    assert certify(client, address="127.0.1.9").status_code == 429
    with time_machine.travel(now().replace(hour=12) + certifying.CODE_LIFE * 200):
        assert certify(Client()).status_code == 200


@pytest.mark.capability("A057.3")
def test_forms_with_a_strangers_phone_close_a_number_to_nobody(school, client):
    strangers = [Client() for _one in range(6)]
    for number, stranger in enumerate(strangers):
        assert stranger.post(PAGE, RIGHT | {"name": "错", "phone": f"1390730010{number}"}).status_code == 302
    ends = [one.post(CODE, {"code": last_code(f"1390730010{n}")}).status_code for n, one in enumerate(strangers)]
    assert ends == [422] * 6
    assert certify(client).status_code == 200


@pytest.mark.capability("A057.3")
@pytest.mark.parametrize(("gate", "address"), [("AN_ADDRESS", "127.0.0.1"), ("EVERY_FORM", "127.0.2.9")])
def test_a_campus_may_stand_behind_an_address_but_text_messages_have_an_end(school, client, monkeypatch, gate, address):
    monkeypatch.setattr(certifying, gate, replace(getattr(certifying, gate), free=1, leak=0))
    for number in range(2):
        assert (
            Client().post(PAGE, RIGHT | {"campus_no": f"S9{number}", "phone": f"1390730010{number}"}).status_code == 302
        )
    before = SmsMessage.objects.count()
    assert Client().post(PAGE, RIGHT, REMOTE_ADDR=address).status_code == 429
    assert SmsMessage.objects.count() == before
    with time_machine.travel(now() + timedelta(seconds=5)):
        assert certify(client).status_code == 200
        assert Throttle.objects.get(kind=getattr(certifying, gate).kind).failures == 2


@pytest.mark.capability("A057.3")
def test_five_codes_a_phone_and_network(school):
    def asked(number: int, network: int) -> int:
        return Client().post(PAGE, RIGHT | {"campus_no": f"S8{number}"}, REMOTE_ADDR=f"127.0.2.{network}").status_code

    assert [asked(number, 1) for number in range(6)] == [302] * 5 + [429]
    assert [asked(number, 2) for number in range(5)] == [302] * 5, "who asks elsewhere does not use up its owner's"
    assert asked(9, 3) == 429, "text messages have an end"
    assert SmsMessage.objects.count() == 10


@pytest.mark.capability("A057.3", "A058.1")
def test_a_code_counts_its_tries_and_serves_its_own_browser_once(school, client):
    client.post(PAGE, RIGHT)
    code = last_code(PHONE)
    assert Client().post(CODE, {"code": code}).status_code == 410
    for _try in range(4):
        assert client.post(CODE, {"code": "000000" if code != "000000" else "111111"}).status_code == 422
    assert client.post(CODE, {"code": code}).status_code == 200
    assert client.post(CODE, {"code": code}).status_code == 410
    assert Attempt.objects.filter(is_bound=True).count() == 1
    assert AuditEntry.objects.filter(action="mobile.certify").count() == 1
    client.post(PAGE, RIGHT)
    code = last_code(PHONE)
    for _try in range(5):
        assert client.post(CODE, {"code": "000000" if code != "000000" else "111111"}).status_code == 422
    assert client.post(CODE, {"code": code}).status_code == 410, "five, and no sixth"
    client.post(PAGE, RIGHT)
    with time_machine.travel(now() + timedelta(minutes=11)):
        assert client.post(CODE, {"code": last_code(PHONE)}).status_code == 410, "good for ten minutes"


@pytest.mark.capability("A057.4", "A058.1")
@pytest.mark.parametrize("missing", ["agrees", "agrees_document"])
def test_without_each_consent_nothing_is_compared(school, client, missing):
    boxes = re.findall(r"<input[^>]*name=\"agrees(?:_document)?\"[^>]*>", client.get(PAGE).content.decode())
    assert ["checked" in box for box in boxes] == [False, False], "both are asked, and neither is ticked for anybody"
    answer = client.post(PAGE, {name: value for name, value in RIGHT.items() if name != missing})
    assert answer.status_code == 422
    assert not Attempt.objects.exists()
    certify(client)
    assert set(Consent.objects.values_list("purpose", flat=True)) == {"binding", "document"}


@pytest.mark.capability("A057.5")
def test_the_document_number_stays_nowhere_and_never_reaches_tencent(syncing, client, wecom):
    certify(client)
    settle()
    tail = DOCUMENT[-12:]
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'mobile_%'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - names from the catalogue
            assert not any(tail in row[0] for row in cursor.fetchall()), table
    assert not any(tail in str(row) for row in wecom.company.store.members())
    assert not any(tail in str(value) for value in client.session.values())


@pytest.mark.capability("A058.1")
def test_once_bound_one_is_a_member_at_once(syncing, client, wecom, monkeypatch):
    woken = []
    monkeypatch.setattr(members, "wake", woken.append)
    certify(client)
    assert AuditEntry.objects.get(action="mobile.certify").target == f"person:{syncing.persons['S1']}"
    assert (members.CHANNEL in woken, syncing.member("S1").due_at <= now() + timedelta(minutes=5)) == (True, True)
    settle()
    assert wecom.company.store.member("s1")["mobile"] == PHONE
    wecom.join("s1")
    assert syncing.member("S1").state == Member.State.ACTIVE
    page = syncing.client("S1").get("/mobile/").content.decode()
    assert "已加入" in page


@pytest.mark.capability("A058.1")
def test_who_is_bound_already_is_told_and_nothing_changes(school, client):
    certify(client)
    before = SmsMessage.objects.count()
    answer = certify(Client())
    assert answer.status_code == 409
    assert "先登录门户" in answer.content.decode()
    assert Consent.objects.count() == 2
    told = [str(one.text) for one in SmsMessage.objects.order_by("pk")[before:]]
    assert any("没有改动" in one for one in told)


@pytest.mark.capability("A060.2")
def test_its_owner_undoes_it_within_72_hours(syncing, client, wecom):
    certify(client)
    settle()
    wecom.join("s1")
    thief, owner = Client(), syncing.client("S1")
    assert tap(thief, wecom, "s1")["Location"] == "/"
    assert "撤销，不是我" in owner.get("/mobile/").content.decode()
    comparing.stop(by=SYSTEM)
    owner.post("/mobile/undo/")
    assert Binding.objects.get().end == "undone"
    assert thief.get("/mobile/")["Location"].startswith("/sign-in")
    assert tap(thief, wecom, "s1")["Location"] == "/mobile/link"
    assert certify(Client()).status_code == 409
    owner.post("/mobile/join/")
    assert tap(thief, wecom, "s1")["Location"] == "/mobile/link"
    owner.post("/mobile/leave/")
    comparing.start(by=SYSTEM)
    settle()
    assert "s1" not in wecom.members()


@pytest.mark.capability("A060.2")
def test_after_72_hours_a_binding_is_no_more_undone(syncing, client, wecom):
    certify(client)
    settle()
    with time_machine.travel(now() + timedelta(hours=71, minutes=50)):
        assert "撤销，不是我" in syncing.client("S1").get("/mobile/").content.decode()
    with time_machine.travel(now() + timedelta(hours=72, minutes=1)):
        late = syncing.client("S1")
        assert "撤销，不是我" not in late.get("/mobile/").content.decode()
        assert late.post("/mobile/undo/").status_code == 409


@pytest.mark.capability("A059.2")
def test_a_newcomer_without_a_record_goes_to_personnel_and_makes_nobody_a_member(syncing, client, wecom):
    said = {"campus_no": "T7", "name": "新人", "unit": "20", "phone": "13907300077"}
    assert 'href="/mobile/newcomer/"' in client.get(PAGE).content.decode()
    form = client.get("/mobile/newcomer/").content.decode()
    assert [name for name in said if f'name="{name}"' not in form] == []
    for missing in said:
        assert client.post("/mobile/newcomer/", said | {missing: ""}).status_code == 422, missing
    assert client.post("/mobile/newcomer/", said).status_code == 302
    assert not Newcomer.objects.exclude(state="unconfirmed").exists()
    office = syncing.client("T1")
    assert "新人" not in office.get("/mobile/personnel/").content.decode(), "not before the phone is proved"
    assert client.post(CODE, {"code": last_code("13907300077")}).status_code == 200
    another = Client()
    another.post("/mobile/newcomer/", said | {"campus_no": "T6", "name": "后来者", "phone": "13907300066"})
    assert another.post(CODE, {"code": last_code("13907300066")}).status_code == 200
    settle()
    assert "t7" not in wecom.members()
    assert "新人" in office.get("/flows/").content.decode()
    listed = office.get("/mobile/personnel/").content.decode()
    assert [listed.count(one) for one in ("新人", "139****0077", "13907300077")] == [1, 1, 0]
    syncing.record("T7", name="新人", phone="13907300077", affiliation={"unit_code": "20", "state": "active"})
    settle()
    assert "t7" in wecom.members()
    assert dict(Newcomer.objects.values_list("campus_no", "state")) == {"T7": "entered", "T6": "waiting"}
    waiting = office.get("/flows/").content.decode()
    assert ("新人" in waiting, "后来者" in waiting) == (False, True), "nobody waits for the first any more"


@pytest.mark.capability("A059.2")
def test_a_newcomers_page_says_the_same_of_every_number(school):
    """A number that is known, one that waits already, and one that nobody has."""
    pages = set()
    for number, phone in (("t2", "13907300071"), ("T7", "13907300072"), ("T7", "13907300073")):
        client = Client()
        client.post("/mobile/newcomer/", {"campus_no": number, "name": "某人", "unit": "20", "phone": phone})
        answer = client.post(CODE, {"code": last_code(phone)})
        pages.add((answer.status_code, answer.content.decode().partition("<main")[2].partition("</main>")[0]))
    assert len(pages) == 1
    assert sorted(Newcomer.objects.values_list("state", flat=True)) == ["entered", "waiting", "waiting"]


@pytest.mark.capability("A059.2")
def test_an_untrue_registration_is_refused_with_words(school, client):
    said = {"campus_no": "T7", "name": "新人", "unit": "20", "phone": "13907300077"}
    client.post("/mobile/newcomer/", said)
    client.post(CODE, {"code": last_code("13907300077")})
    row, office = Newcomer.objects.get(), school.client("T1")
    assert office.post(f"/mobile/personnel/{row.public_id}/refuse/", {"answer": ""}).status_code == 422
    assert office.post(f"/mobile/personnel/{row.public_id}/refuse/", {"answer": "查无此人"}).status_code == 302
    assert Newcomer.objects.get().state == "refused"
    told = SmsMessage.objects.latest("pk")
    assert (str(told.phone), "查无此人" in str(told.text)) == ("13907300077", True), "whoever waits reads why"
    assert AuditEntry.objects.get(action="mobile.refuse_newcomer").reason == "查无此人"
    assert office.post(f"/mobile/personnel/{row.public_id}/refuse/", {"answer": "再来"}).status_code == 404


@pytest.mark.parametrize("odd", [b"a\x00b", b"a\xed\xb3\xbfb", "a\U0001f600<script>".encode(), b"9" * 5000])
def test_odd_text_is_refused_or_compared_as_text(school, client, odd):
    for number, field in enumerate(("campus_no", "name", "id_number", "phone")):
        said = {name: quote(value) for name, value in RIGHT.items()} | {field: quote(odd)}
        body = "&".join(f"{name}={value}" for name, value in said.items())
        kind = "application/x-www-form-urlencoded"
        assert client.post(PAGE, body, content_type=kind, REMOTE_ADDR=f"127.0.3.{number}").status_code in {302, 422}


@pytest.mark.parametrize(
    ("typed", "sent_to"),
    [("abc", ""), ("138", ""), ("+852 9123 4567", "85291234567"), ("１３９０７３０００９９", "13907300099")],
)
def test_a_code_goes_to_what_can_be_a_phone_also_to_one_of_another_country(school, typed, sent_to):
    for page, said in ((PAGE, RIGHT), ("/mobile/newcomer/", {"campus_no": "N1", "name": "新人", "unit": "20"})):
        answer = Client().post(page, said | {"phone": typed})
        assert answer.status_code == (302 if sent_to else 422), page
    assert [message.phone for message in SmsMessage.objects.all()] == [sent_to] * 2 * bool(sent_to)


@pytest.mark.capability("A057.1")
def test_two_persons_with_one_phone_are_told_apart(school, client):
    school.record("S2", phone=PHONE)
    assert certify(client).status_code == 200
    assert set(Consent.objects.values_list("person_id", flat=True)) == {school.persons["S1"]}


@pytest.mark.capability("A060.1")
def test_an_account_that_stood_there_for_somebody_else_opens_nothing(syncing, client, wecom):
    wecom.company.store.put("s1", "别人", "13800000000", [1], 1)
    assert certify(client).status_code == 200
    settle()
    assert syncing.member("S1").state == Member.State.REVIEW
    other = Client()
    assert tap(other, wecom, "s1")["Location"] == "/mobile/link"
    assert "_auth_user_id" not in other.session
    assert not Binding.objects.exists()
