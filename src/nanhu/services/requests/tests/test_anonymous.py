"""Anonymity that nobody can lift: tokens by the published vectors, spent once, and no table and no log that ties anybody to a case."""

import base64
import io
import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import rsa
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nanhu.kernel import logs
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.numbering.models import TakenNumber
from nanhu.kernel.processes.house import web_command
from nanhu.services.requests import blind, replies
from nanhu.services.requests.models import Request, SpentToken, TokenIssue, TokenKey
from nanhu.services.requests.sample import unnamed
from nanhu.services.requests.services import anonymous, answering, filing, timeline, working
from nanhu.services.requests.subscribers import rekey
from nanhu.services.requests.tests import blinding
from nanhu.services.requests.tests.conftest import STUDENTS, picture, set_crowd
from nanhu.testing.inboxes import texts_to

VECTOR = json.loads((Path(__file__).parent / "rfc9474.json").read_text("utf-8"))
CODE = "ABCD1234EFGH5678"
COMPLAINTS = "/requests/complaints/"


def vector_key():
    n, p = int(VECTOR["n"], 16), int(VECTOR["p"], 16)
    q, e = n // p, int(VECTOR["e"], 16)
    d = pow(e, -1, (p - 1) * (q - 1))
    crt = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    return rsa.RSAPrivateNumbers(p, q, d, *crt, rsa.RSAPublicNumbers(e, n)).private_key()


def test_the_signer_agrees_with_the_vector_of_rfc_9474():
    signed = blind.blind_sign(vector_key(), bytes.fromhex(VECTOR["blinded_msg"]))
    assert signed.hex() == VECTOR["blind_sig"]
    message = bytes.fromhex(VECTOR["msg_prefix"] + VECTOR["msg"])
    signature = bytes.fromhex(VECTOR["sig"])
    assert blind.is_signed(VECTOR["n"], message, signature)
    assert not blind.is_signed(VECTOR["n"], message, bytes([signature[0] ^ 1]) + signature[1:])
    assert not blind.is_signed(VECTOR["n"], message[:-1] + b"!", signature)
    encoded = blinding.encoded(message, 4095, bytes.fromhex(VECTOR["salt"]))
    assert encoded.hex() == VECTOR["encoded_msg"]


@pytest.mark.parametrize("bad", [b"", bytes(512), b"\1" + bytes(510), b"\xff" * 512])
def test_what_is_no_number_below_the_modulus_is_not_signed(bad):
    with pytest.raises(blind.SigningError):
        blind.blind_sign(vector_key(), bad)


def test_a_machine_that_reckons_wrongly_gives_no_signature_away(monkeypatch):
    """One faulty half of the Chinese remainder would factor the modulus."""
    real = pow
    halves = []

    def faulty(base, exponent, modulus=None):
        found = real(base, exponent, modulus)
        if modulus and exponent > 65537:
            halves.append(1)
            return found ^ 1 if len(halves) == 1 else found
        return found

    monkeypatch.setattr(blind, "pow", faulty, raising=False)
    with pytest.raises(blind.SigningError):
        blind.blind_sign(vector_key(), bytes.fromhex(VECTOR["blinded_msg"]))


@pytest.mark.capability("A055.2")
def test_a_reply_is_read_with_its_code_alone():
    sealed = replies.seal("您好，已处理。", replies.key_of(CODE).public_key().public_bytes_raw())
    assert replies.opened(sealed, CODE) == "您好，已处理。"
    assert "已处理".encode() not in sealed
    with pytest.raises(InvalidTag):
        replies.opened(sealed, CODE[:-1] + "9")


@pytest.fixture
def token(school):
    _answer, tokens = blinding.take(school.client("S1"), 1)
    return tokens[0]


@pytest.mark.django_db
class TestTokens:
    @pytest.mark.capability("A055.2")
    def test_three_a_term_and_no_fourth(self, school):
        student = school.client("S1")
        answer, tokens = blinding.take(student, 2)
        assert (answer.status_code, len(tokens), answer.json()["left"]) == (200, 2, 1)
        answer, tokens = blinding.take(student, 2)
        assert (answer.status_code, tokens) == (409, [])
        answer, tokens = blinding.take(student, 1)
        assert answer.json()["left"] == 0
        assert blinding.take(student, 1)[0].status_code == 409
        assert TokenIssue.objects.get().count == 3
        with pytest.raises(IntegrityError), transaction.atomic():
            TokenIssue.objects.update(count=4)

    @pytest.mark.parametrize(
        "bad", ["", "[]", "{}", '{"blinded": []}', '{"blinded": ["00"]}', '{"blinded": ["zz"]}', "\xff"]
    )
    def test_what_is_no_number_is_refused_and_not_counted(self, school, bad):
        answer = school.client("S1").post(blinding.TOKENS, bad, content_type="application/json")
        assert answer.status_code in {400, 409}
        assert not TokenIssue.objects.exists()

    def test_a_stranger_takes_none(self, client, school):
        assert client.get(blinding.TOKENS).status_code == 302
        assert client.post(blinding.TOKENS, "{}", content_type="application/json").status_code == 302

    @pytest.mark.capability("A055.2")
    def test_it_is_spent_once(self, school, token, client):
        assert blinding.send(client, token).status_code == 200
        again = blinding.send(client, token, "ZZZZ1234EFGH5678", words="再来一次")
        assert again.status_code == 403
        with time_machine.travel(now() + timedelta(days=1)):
            assert blinding.send(client, token, "ZZZZ1234EFGH5678", words="明天再来").status_code == 403
        assert Request.objects.count() == 1

    def test_one_of_another_term_or_changed_or_made_up_is_refused(self, school, token, client, monkeypatch):
        other = blinding.Token(token.message[:-1] + bytes([token.message[-1] ^ 1]), token.signature)
        made_up = blinding.Token(token.message, bytes(256))
        for bad in (other, made_up, blinding.Token(token.message + b"!", token.signature)):
            assert blinding.send(client, bad).status_code == 403
        monkeypatch.setattr(anonymous, "term_key", lambda: "2030-2031-1")
        blinding.take(school.client("S1"))
        assert blinding.send(client, token).status_code == 403
        assert not Request.objects.exists()
        assert not SpentToken.objects.exists()

    def test_a_lost_answer_is_asked_for_again_by_the_same_code(self, school, token, client):
        first = blinding.send(client, token).json()
        again = blinding.send(client, token, words="写得不同")
        assert (again.status_code, again.json()) == (200, first | {"is_new": False})
        assert Request.objects.get().words == "食堂的肉变味了"

    def test_nobody_is_sent_before_enough_have_tokens(self, school, token, client, monkeypatch):
        set_crowd(monkeypatch, 3)
        key = client.get(blinding.KEY).json()
        assert (key["is_enough"], key["least"], key["crowd"]) == (False, 3, 0)
        assert blinding.send(client, token).status_code == 409
        assert not SpentToken.objects.exists()
        for number in ("S2", "T1"):
            blinding.take(school.client(number))
        assert client.get(blinding.KEY).json()["is_enough"]
        assert blinding.send(client, token).status_code == 200

    def test_the_page_sends_no_referrer_to_where_something_is_logged(self, school, client):
        page = client.get("/requests/anonymous/")
        assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")

    def test_the_key_is_the_same_for_all_and_stays(self, school, client):
        answers = [browser.get(blinding.KEY).json() for browser in (client, school.client("S1"), school.client("T1"))]
        assert len({answer["modulus"] for answer in answers}) == 1
        assert "modulus" not in school.client("S1").get(blinding.TOKENS).json(), "only strangers are told the key"
        told = AuditEntry.objects.get(action="requests.open_token_key")
        assert told.facts == {"sha256": anonymous.digest_of(answers[0]["modulus"])}
        for change in ({"modulus": "ff"}, {"term": "2020-2021-1"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                TokenKey.objects.update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            TokenKey.objects.all().delete()

    def test_a_guest_takes_none_and_two_records_of_one_person_take_three(self, school, token):
        visitor = school.client("S3")
        apps.get_model("people.Affiliation").objects.filter(person_id=school["S3"]).update(kind="guest")
        assert visitor.get(blinding.TOKENS).status_code == 404
        assert visitor.post(blinding.TOKENS, "{}", content_type="application/json").status_code == 404
        anonymous.issue(person_id=school["S2"], blinded=[(12345).to_bytes(256)] * 3)
        rekey(kept_id=school["S1"], gone_id=school["S2"])
        assert TokenIssue.objects.values_list("person_id", "count").get() == (school["S1"], 3)

    def test_for_a_bad_token_no_name_is_looked_up(self, school, client):
        """Else a stranger might search persons, and learn from the time it takes who is here."""
        client.get(blinding.KEY)
        none = blinding.Token(bytes(64), bytes(256))
        for accused in ("", "钱处长", "没有这个人", "T2"):
            with CaptureQueriesContext(connection) as seen:
                assert blinding.send(client, none, unit="1012 计划财务处", accused=accused).status_code == 403
            sent = [one["sql"].removeprefix("QUERY = '") for one in seen.captured_queries]  # of a prepared one
            read = [one.split('"')[1] for one in sent if one.startswith("SELECT")]
            assert read == ["campus_term", "requests_token_key"]

    @pytest.mark.capability("A055.2")
    def test_a_request_that_brings_a_session_is_turned_away(self, school, token):
        student = school.client("S1")
        assert blinding.send(student, token).status_code == 400
        assert blinding.look(student, CODE).status_code == 400
        assert not SpentToken.objects.exists()

    @pytest.mark.parametrize(
        "bad",
        [
            {"words": ""},
            {"words": "a\0b"},
            {"words": "字" * 2001},
            {"kind": "repair"},
            {"account": 1},
            {"reply_key": "00"},
            {"reply_key": "00" * 32},
            {"reply_key": "01" + "00" * 31},
            {"reply_digest": "x" * 64},
            {"photos": ["no base64!"]},
            {"photos": [base64.b64encode(b"<svg/>").decode()]},
            {"photos": [""] * 4},
            {"message": "abc"},
        ],
    )
    def test_what_is_malformed_is_refused_and_spends_nothing(self, school, token, client, bad):
        answer = blinding.send(client, token, **bad)
        assert answer.status_code in {400, 403, 422}
        assert not Request.objects.exists()
        assert not SpentToken.objects.exists()

    @pytest.mark.parametrize("words", ['{"kind": "complaint", "kind": "opinion"}', '{"words": "\\ud800"}', "[" * 5000])
    def test_json_that_is_none_is_refused(self, client, school, words):
        assert client.post(blinding.SEND, words, content_type="application/json").status_code == 400

    @pytest.mark.capability("A055.2")
    def test_a_wrong_reply_code_is_not_there_and_says_nothing_more(self, client, school, token):
        blinding.send(client, token)
        for code in ("ABCD1234EFGH5679", "0" * 16):
            answer = blinding.look(client, code)
            assert (answer.status_code, "replies" in answer.json()) == (404, False)


@pytest.mark.django_db
@pytest.mark.capability("A055.2")
def test_an_anonymous_complaint_is_handled_and_answered_to_its_code_alone(school, token, client):
    raw = picture(exif=True).read()
    photo = base64.b64encode(raw).decode()
    answer = blinding.send(client, token, unit="1012 计划财务处", accused="钱处长", photos=[photo])
    one = Request.objects.get()
    assert answer.json()["number"] == one.number
    assert (one.is_anonymous, one.person_id, one.account_id, one.created_at) == (True, None, None, None)
    assert (one.accused_person_id, one.accused_unit_id) == (school["T2"], school.units["1012"])
    desk = school.client("C1")
    page = desk.get(f"{COMPLAINTS}{one.public_id}/").content.decode()
    assert "食堂的肉变味了" in page
    assert "匿名" in page
    picture_address = f"/requests/anonymous/{one.public_id}/0/"
    kept = desk.get(picture_address)
    assert kept.status_code == 200
    assert b"SECRET-CAMERA" not in kept.content
    assert school.client("S1").get(picture_address).status_code == 404
    assert desk.post(f"{COMPLAINTS}{one.public_id}/answer/", {"words": "已下架。"}).status_code == 302
    assert "已下架" not in desk.get(f"{COMPLAINTS}{one.public_id}/").content.decode()
    told = blinding.look(client, CODE).json()
    assert told["number"] == one.number
    [sealed] = told["replies"]
    assert replies.opened(bytes.fromhex(sealed["content"]), CODE) == "已下架。"


@pytest.mark.capability("A056.2")
@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["opinion", "policy"])
def test_opinion_and_questions_are_sent_anonymously_too(school, token, client, kind):
    assert blinding.send(client, token, kind=kind, unit="1012 计划财务处").status_code == 200
    one = Request.objects.get()
    number, desk = ("O1", "/requests/opinions/") if kind == "opinion" else ("A2", "/requests/answers/")
    assert one.number in school.client(number).get(desk).content.decode()


def dump():
    """Every row of every table as text, with what PostgreSQL keeps beside it, and every counter."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t.xmin::text || t.ctid::text || t::text FROM "{table}" t')  # noqa: S608 - names of the catalogue
            found[table] = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT sequencename, last_value::text FROM pg_sequences")
        return found | {"counters": [f"{name} {last}" for name, last in cursor.fetchall()]}


@pytest.fixture
def written():
    """What the program's own handler writes, as it is configured."""
    handler = next(one for one in logging.getLogger().handlers if any(type(f) is logs.Quiet for f in one.filters))
    before = handler.setStream(io.StringIO())
    yield handler.stream
    handler.setStream(before)


@pytest.mark.django_db
@pytest.mark.capability("A055.2")
def test_no_table_and_no_log_ties_anybody_to_an_anonymous_case(school, written):
    """One among two hundred who took tokens, some of whom are signed in; then everything that the school keeps is searched."""
    signed_in = {number: school.client(number) for number in [*STUDENTS, "T1"]}
    others = [TokenIssue(person_id=900_000 + at, term=anonymous.term_key(), count=3) for at in range(196)]
    TokenIssue.objects.bulk_create(others)
    taken = {number: blinding.take(browser)[1] for number, browser in signed_in.items()}
    school.client("C1")
    anonymous.mix()
    before = dump()
    author, nobody = "S2", Client()
    token = taken[author][1]
    photo = base64.b64encode(picture().read()).decode()
    assert blinding.send(nobody, token, words="只有我知道的事", unit="1016", photos=[photo]).status_code == 200
    after = dump()
    changed = {table for table, rows in after.items() if rows != before[table]}
    assert changed == {"requests_request", "requests_spent_token", "requests_anonymous_photo"}
    one = Request.objects.get()
    traces = [str(one.public_id), one.number, "只有我知道的事", token.message.hex(), token.signature.hex()]
    traces += [bytes(row.digest).hex() for row in SpentToken.objects.all()]
    elsewhere = {table: rows for table, rows in after.items() if table not in changed}
    assert not [table for table, rows in elsewhere.items() for row in rows for trace in traces if trace in row]
    times = [
        field.name
        for field in Request._meta.fields
        if field.get_internal_type() == "DateTimeField" and getattr(one, field.name) is not None
    ]
    assert times == ["due_at"], "the end of a working day, the same for all of that day"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT xmin::text), count(DISTINCT count) FROM requests_token_issue")
        assert cursor.fetchone() == (200, 1, 1), "nobody's row differs from anybody's, nor says when it came"
    assert not written.getvalue()


@pytest.mark.django_db
@pytest.mark.capability("A055.2")
def test_what_the_read_only_mode_refuses_is_not_logged_either(school, token, read_only_now, written, caplog):
    caplog.set_level(logging.INFO)
    browser = Client(headers={"sec-fetch-mode": "navigate", "accept": "text/html"})
    for nobody in (Client(), browser):
        assert blinding.send(nobody, token).status_code == 503
    assert "anonymous" not in written.getvalue()
    assert not [one for one in caplog.records if "ui.read_only" in str(one.msg)], "no line is made at all"
    assert school.client("S1").post("/requests/").status_code == 503
    assert "/requests/" in written.getvalue(), "elsewhere one is"


@pytest.mark.django_db
@pytest.mark.capability("A055.2")
def test_what_the_anonymous_route_refuses_is_not_logged_either(school, token, written, monkeypatch):
    nobody = Client(raise_request_exception=False)
    assert nobody.get("/requests/nothing-here/").status_code in {302, 404}
    assert blinding.send(school.client("S1"), token).status_code == 400
    assert blinding.send(nobody, blinding.Token(token.message, bytes(256))).status_code == 403
    assert blinding.look(nobody, CODE).status_code == 404
    assert nobody.get(blinding.SEND).status_code == 405
    photo = base64.b64encode(b"<svg/>").decode()
    assert blinding.send(nobody, token, photos=[photo]).status_code in {400, 422}
    monkeypatch.setattr(anonymous, "file", lambda **_said: 1 / 0)
    assert blinding.send(nobody, token).status_code == 500
    assert "anonymous" not in written.getvalue()
    logging.getLogger("nanhu").warning("of something else")
    assert "of something else" in written.getvalue()


def identity_of(school, number):
    return school.actor(number).account_id


def test_the_server_writes_no_access_log():
    assert "--access-log" not in web_command(configuration())


@pytest.mark.capability("A055.2")
@pytest.mark.django_db
def test_the_database_refuses_a_name_beside_an_anonymous_case(school, token, client):
    blinding.send(client, token)
    for names in ({"person_id": school["S1"]}, {"account_id": identity_of(school, "S1")}, {"requester_name": "李"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Request.objects.update(**names)


def order_of(table, key):
    """Keys in the order in which the table keeps them, and how many transactions wrote them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key}, xmin::text FROM {table} ORDER BY ctid")  # noqa: S608 - this file's own
        rows = cursor.fetchall()
    return [str(row[0]) for row in rows], len({row[1] for row in rows})


TABLES = {
    "requests_request": "public_id",
    "requests_anonymous_photo": "public_id",
    "requests_sealed_reply": "public_id",
    "requests_spent_token": "digest",
    "requests_token_issue": "person_id",
}


@pytest.mark.django_db
def test_by_night_rows_are_written_anew_in_an_order_made_by_chance(school, client):
    """Twenty of each: that chance keeps their order is less likely than 1 in 10^18."""
    for at in range(20):
        with transaction.atomic():
            TokenIssue.objects.create(person_id=at + 1, term=anonymous.term_key(), count=3)
            SpentToken.objects.create(digest=bytes([at] * 32), day=campus_today())
            facts = filing.against(school.units["1016"], None)
            one = unnamed(Request.Kind.COMPLAINT, f"N{at}", f"ABCD1234EFGH56{at:02}", "事", facts)
            one.anonymous_photos.create(place=0, content=b"x")
            one.replies.create(place=0, day=campus_today(), content=b"x")
    before = {table: order_of(table, key) for table, key in TABLES.items()}
    assert all(transactions == 20 for _order, transactions in before.values())
    assert anonymous.mix() == 20
    for table, key in TABLES.items():
        order, transactions = order_of(table, key)
        assert transactions == 1, f"{table}: by one transaction, else its number orders them"
        assert sorted(order) == sorted(before[table][0])
        assert order != before[table][0], table


@pytest.mark.django_db
@pytest.mark.capability("A055.2")
@pytest.mark.parametrize("kind", ["complaint", "opinion"])
def test_neither_the_audit_log_nor_a_subject_says_who_complained(school, kind):
    one = school.complaint(unit="1016") if kind == "complaint" else school.opinion()
    working.withdraw(by=school.actor("S1"), request=one, person_id=school["S1"])
    written_by = AuditEntry.objects.filter(action__startswith="requests.", account_id=identity_of(school, "S1"))
    lines = list(written_by.order_by("pk"))
    assert [line.action for line in lines] == ["requests.filed", "requests.withdrawn"]
    said = str([(line.target, line.facts) for line in lines])
    assert (kind in said, one.number in said, str(one.pk) in said) == (False, False, False)
    assert not TakenNumber.objects.filter(target__contains=one.pk).exists()
    second = school.complaint("S2", unit="1016") if kind == "complaint" else school.opinion("S2")
    answering.reply(by=school.actor("C1"), request=second, words="收到。")
    assert texts_to(school["S2"]) == [timeline.said(school.question(), "有了答复")], "as of any question"
