"""Questions to parties over HTTP: answered once, never by something that is no answer, and asked until they are."""

import json
from datetime import date, timedelta

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.database.values import one_value
from nanhu.kernel.outgoing import BadAnswerError, Document
from nanhu.platforms.parties import api as parties
from nanhu.platforms.parties.adapters import quotas, works
from nanhu.platforms.parties.errors import (
    DegreeNumberError,
    DoiError,
    InvoiceDayError,
    InvoiceNumberError,
    InvoiceProofError,
)
from nanhu.platforms.parties.jobs import forget, read_quotas
from nanhu.platforms.parties.models import Inquiry, QuotaLine
from nanhu.platforms.parties.parties import Verdict
from nanhu.platforms.parties.services.asking import Said, hear, retry_after
from nanhu.platforms.parties.tests.conftest import work
from nanhu.platforms.parties.tests.outside import impatient

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
NUMBER = "2643200000001234560"
"""Of a digital invoice, without its last digit, by which the emulator answers."""


def invoice(last="1", **more):
    facts = {"number": NUMBER + last, "day": campus_today(), "amount_fen": 699_900}
    return parties.check_invoice(by=BY, invoice=parties.Invoice(**(facts | more)))


def degree(number="105321201905000001", name="李老师"):
    return parties.check_degree(by=BY, question=parties.DegreeQuestion(name=name, certificate=number))


def work_by_doi(number=12):
    return parties.look_up_work(by=BY, doi=f"https://doi.org/10.5555/Nanhu.{number}")


QUESTIONS = {
    "invoices": (invoice, lambda: invoice("2"), "valid"),
    "degrees": (degree, lambda: degree("105321201905000002"), "matching"),
    "works": (work_by_doi, lambda: work_by_doi(13), "found"),
    "quotas": (quotas.read_on, quotas.read_on, "read"),
}


@pytest.fixture(params=QUESTIONS)
def asked(request, outside):
    """The party, a first question, a second one, and the answer to either."""
    return outside(request.param), *QUESTIONS[request.param]


@pytest.mark.parametrize("fault", ["slow", "down", "busy", "silent", "twice", "killed"])
def test_what_is_no_answer_is_none_and_the_next_one_counts(asked, lines_file, fault):
    party, ask, _other, verdict = asked
    party.fault(fault)
    inquiry = ask()
    with impatient(lines_file, fault):
        work()
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.verdict, inquiry.answer, inquiry.attempts) == ("waiting", "", "", 1)
    assert inquiry.error
    if fault == "busy":
        assert inquiry.due_at < now() + timedelta(seconds=2), "as it said by Retry-After, not after our own pause"
    if fault == "killed":
        party.wait_dead()
        work()
        party.start()
    work()
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.verdict, inquiry.error, inquiry.due_at) == ("answered", verdict, "", None)


def test_a_party_that_repeats_itself_has_not_answered(asked):
    """The answer to the question before, for another invoice, certificate, work or part of the list."""
    party, ask, other, verdict = asked
    ask()
    work()
    party.fault("repeated")
    second = other()
    work()
    second.refresh_from_db()
    assert (second.state, second.verdict) == ("waiting", "")
    work()
    second.refresh_from_db()
    assert (second.state, second.verdict) == ("answered", verdict)


def test_a_question_is_on_its_way_once_and_not_asked_again_at_once(outside):
    party = outside("works")
    first = work_by_doi()
    assert work_by_doi() == first
    with pytest.raises(IntegrityError, match="once_on_its_way"), transaction.atomic():
        Inquiry.objects.create(party="works", subject="x", key=first.key, question="{}", author_name="t", lane=2)
    work()
    assert work_by_doi() == first
    assert len(party.wire()) == 1
    Inquiry.objects.update(ended_at=now() - timedelta(hours=1))
    assert work_by_doi() != first


def test_the_first_answer_stands():
    inquiry = invoice()
    hear(inquiry, Said(Verdict.VOID))
    hear(inquiry, Said(Verdict.VALID))
    inquiry.refresh_from_db()
    assert inquiry.verdict == "void"


def test_who_never_answers_is_given_up_and_says_so(lines_file):
    inquiry = invoice()
    work()
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.error) == ("waiting", "not set up")
    with time_machine.travel(now() + timedelta(days=4)):
        work()
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.verdict) == ("given_up", "")
    assert parties.check_of(inquiry.subject, 699_900).tone == "warn"


def test_the_secret_and_what_a_proxy_says_are_no_answer(outside, lines_file):
    party = outside("invoices")
    lines_file.write_text(party.line().replace("reed-boat-lake", "another"))
    inquiry = invoice()
    work()
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.error) == ("waiting", "HTTP 401")


@pytest.mark.parametrize(
    ("last", "verdict", "tone", "words"),
    [
        ("1", "valid", "good", "有效"),
        ("9", "not_found", "bad", "查不到"),
        ("8", "void", "bad", "已作废"),
        ("7", "reversed", "bad", "已红冲"),
        ("6", "mismatch", "bad", "信息不一致"),
    ],
)
def test_an_invoice_is_what_the_tax_office_says(outside, last, verdict, tone, words):
    outside("invoices")
    inquiry = invoice(last)
    assert parties.check_of(NUMBER + last, 699_900).tone == "warn"
    work()
    inquiry.refresh_from_db()
    shown = parties.check_of(NUMBER + last, 699_900)
    assert (inquiry.verdict, shown.tone) == (verdict, tone)
    assert words in shown.words


def test_an_invoice_over_another_sum_is_not_the_one_that_is_shown(outside):
    outside("invoices")
    invoice()
    work()
    assert parties.check_of(NUMBER + "1", 700_000).tone == "bad"
    assert "¥" in parties.check_of(NUMBER + "1", 700_000).words


def test_an_older_invoice_is_asked_by_its_code_and_found_by_its_number(outside):
    """Without its tax on the wire, with it on the paper."""
    outside("invoices")
    invoice(number="00530021", code="043002300111", amount_fen=None, check_code="625687")
    work()
    assert parties.check_of("00530021", 11_300).tone == "good"
    assert parties.check_of("04300230011100530021", 11_300).tone == "good"
    assert parties.check_of("0530021", 11_300).tone == "warn"
    invoice(number="26432000000098765401")
    work()
    assert parties.check_of("98765401", 699_900).tone == "warn", "the end of a digital number is no number"


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"number": "123"}, InvoiceNumberError),
        ({"number": "00530021"}, InvoiceNumberError),
        ({"code": "043002300111"}, InvoiceNumberError),
        ({"amount_fen": None}, InvoiceProofError),
        ({"amount_fen": None, "check_code": "123456"}, InvoiceProofError),
        ({"day": date(2019, 1, 1)}, InvoiceDayError),
        ({"day": date(2999, 1, 1)}, InvoiceDayError),
    ],
)
def test_what_the_tax_office_would_not_take_is_refused_here(facts, refusal):
    with pytest.raises(refusal):
        invoice(**facts)
    assert not Inquiry.objects.exists()


def test_certificates_and_names_belong_together(outside):
    outside("degrees")
    asked = [degree(f"10532120190500000{last}") for last in "189"]
    work()
    verdicts = Inquiry.objects.order_by("pk").values_list("verdict", flat=True)
    assert list(verdicts) == ["matching", "mismatch", "not_found"]
    asked[0].refresh_from_db()
    assert parties.answer_of(asked[0])["school"] == "湖南大学"
    for number, name in (("1053", "李老师"), ("105321201905000001", " ")):
        with pytest.raises(DegreeNumberError):
            degree(number, name)


def test_what_was_asked_of_persons_is_sealed_and_forgotten(outside):
    outside("degrees")
    inquiry = degree()
    work()
    sealed = bytes(one_value("SELECT question FROM parties_inquiry WHERE id = %s", [inquiry.pk]))
    assert "李老师".encode() not in sealed
    kept = invoice()
    Inquiry.objects.update(ended_at=now() - timedelta(days=500), state="answered", verdict="valid", due_at=None)
    forget()
    assert [one.pk for one in Inquiry.objects.all()] == [kept.pk] != [inquiry.pk]


def test_a_work_is_read_by_its_doi(outside):
    outside("works")
    found, missing = work_by_doi(), parties.look_up_work(by=BY, doi="10.1000/nothing")
    work()
    found.refresh_from_db()
    missing.refresh_from_db()
    assert missing.verdict == "not_found"
    answer = parties.answer_of(found)
    assert (answer["doi"], answer["issued"], answer["authors"][0]["family"]) == ("10.5555/nanhu.12", [2026, 1], "Lin")
    with pytest.raises(DoiError):
        parties.look_up_work(by=BY, doi="nature14539")


def test_a_landing_page_is_no_record():
    """Some agencies answer in HTML whatever is asked for."""
    page = Document(status=200, headers={"content-type": "text/html"}, body=b"<!doctype html>")
    with pytest.raises(BadAnswerError):
        works.read({"doi": "10.5555/a"}, page)


@pytest.mark.parametrize("odd", [{"issued": ["2026"]}, {"author": 1}, {"ISSN": 5}])
def test_a_record_of_another_shape_is_no_answer(odd):
    record = json.dumps({"DOI": "10.5555/a", **odd}).encode()
    said = Document(status=200, headers={"content-type": works.CSL}, body=record)
    with pytest.raises(BadAnswerError):
        works.read({"doi": "10.5555/a"}, said)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7), ("0", 1), ("999999999", 86_400), ("9" * 5_000, None), ("soon", None), ("", None), ("-1", None)],
)
def test_a_pause_is_taken_as_it_is_asked_for_within_a_day(said, seconds):
    pause = retry_after(Document(status=429, headers={"retry-after": said}))
    assert (None if pause is None else pause.total_seconds()) == seconds


def test_quotas_are_read_on_from_where_the_last_reading_ended(outside):
    treasury = outside("quotas")
    read_quotas()
    work(2)
    assert QuotaLine.objects.count() == 7
    read_quotas()
    work(2)
    assert QuotaLine.objects.count() == 7
    treasury.get("more", b"")
    read_quotas()
    work(2)
    assert QuotaLine.objects.count() == 8
    year = QuotaLine.objects.first().year
    assert [one.amount_fen for one in parties.quotas_of(year)][:2] == [12_500_000, 25_000_000]


def row(**more):
    facts = {
        "bgt_id": "1",
        "update_time": "a",
        "cor_bgt_doc_no": "湘财1号",
        "agency_code": "138",
        "fiscal_year": "2026",
    }
    return facts | {"amt": "1.00", "is_deleted": "2"} | more


def answered(*rows, following="1"):
    body = json.dumps({"code": "0", "data": rows, "next": following, "more": False}).encode()
    return Document(status=200, body=body)


def test_a_quota_that_comes_twice_is_one_and_changed_another_version():
    for rows in ([row(), row()], [row()], [row(update_time="b", amt="-2.50"), row()]):
        quotas.keep(quotas.read({"after": "0"}, answered(*rows)))
    assert [(one.version, one.amount_fen) for one in QuotaLine.objects.order_by("version")] == [("a", 100), ("b", -250)]
    assert [one.version for one in parties.quotas_of(2026)] == ["b"]
    quotas.keep(quotas.read({"after": "0"}, answered(row(update_time="c", is_deleted="1"))))
    assert parties.quotas_of(2026) == []


@pytest.mark.parametrize("rows", [[row(), row(amt="2.00")], [row(amt="1")], [row(bgt_id="")], [row(amt="x")], ["x"]])
def test_quotas_that_contradict_themselves_are_not_taken(rows):
    quotas.keep(quotas.read({"after": "0"}, answered(row(amt="3.00"))))
    with pytest.raises(BadAnswerError):
        quotas.read({"after": "0"}, answered(*rows))


def test_a_quota_never_changes():
    quotas.keep(quotas.read({"after": "0"}, answered(row())))
    for write in (lambda: QuotaLine.objects.update(amount_fen=1), lambda: QuotaLine.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()
