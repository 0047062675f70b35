"""Documents that leave the house: numbered, kept, answered for, revoked; and templates that the school replaces."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now, start_of
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import NotFoundError, ReasonMissingError, WrongStateError
from nanhu.kernel.files import services as files
from nanhu.kernel.files import store
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.purposes import Retention
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.numbering import services as numbering
from nanhu.kernel.numbering.models import TakenNumber
from nanhu.kernel.numbering.series import Series, registered_series
from nanhu.kernel.printing import services
from nanhu.kernel.printing.errors import CharacterMissingError, TemplateRefusedError
from nanhu.kernel.printing.models import PrintedDocument, PrintTemplate
from nanhu.kernel.printing.papers import Paper, papers
from nanhu.kernel.printing.tests.reading import text_of
from nanhu.kernel.printing.tests.test_rendering import SHEET
from nanhu.kernel.registry import BOTH_FACES, Viewer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BY = Actor.system("test")
HOLDER = services.Holder(person_id=7, name="欧阳修文")
FACTS = {"name": "欧阳修文"}


@pytest.fixture
def paper(tmp_path, monkeypatch):
    chosen = replace(configuration(), data_dir=tmp_path)
    monkeypatch.setattr(store, "configuration", lambda: chosen)
    monkeypatch.setattr(registered_series, "_entries", {})
    monkeypatch.setattr(papers, "_entries", {})
    (tmp_path / "proof.typ").write_text(SHEET + "兹证明 #data.name 在读。", "utf-8")
    made = Paper(
        key="test.proof",
        name="在读证明",
        template=tmp_path / "proof.typ",
        sample=lambda: FACTS,
        series=Series(key="test.proof", pattern="证〔{year}〕{n}号", gapless=True),
        retention=Retention(name="永久", days=None),
        may_open=lambda viewer, document: viewer.person_id == document.holder_id,
    )
    papers.add(made)
    return made


@pytest.fixture
def issue(paper):
    return lambda **facts: services.issue(by=BY, paper=paper, facts=FACTS | facts, holder=HOLDER)


def viewer(person_id):
    return Viewer(account_id=1, person_id=person_id, name="", campus_no="", faces=BOTH_FACES, face="staff")


def verified(code, **headers):
    return Client().get(f"/v/{code}", **headers)


def test_a_document_is_numbered_kept_and_opened_by_its_holder_alone(issue):
    one, two = issue(), issue()
    year = campus_today().year
    assert [one.number, two.number] == [f"证〔{year}〕1号", f"证〔{year}〕2号"]
    pdf = files.open_file(by=BY, viewer=viewer(7), file=one.file)
    assert "兹证明 欧阳修文 在读。" in text_of(pdf)
    assert one.number in text_of(pdf)
    for person in (8, None):
        with pytest.raises(NotFoundError):
            files.open_file(by=BY, viewer=viewer(person), file=one.file)


def test_whoever_holds_it_asks_without_signing_in(issue):
    document = issue()
    answer = verified(document.code)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert all(said in page for said in ("有效", document.issuer, "在读证明", document.number, "***文"))
    assert "欧阳" not in page
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]


def test_in_english_too(issue):
    page = verified(issue().code, headers={"accept-language": "en"}).content.decode()
    assert "This document is valid" in page


def test_a_revoked_one_says_so_and_its_number_is_void(issue):
    document = issue()
    with pytest.raises(ReasonMissingError):
        services.revoke(by=BY, document=document, reason="")
    services.revoke(by=BY, document=document, reason="姓名有误")
    page = verified(document.code).content.decode()
    assert "已作废" in page
    assert "姓名有误" not in page
    assert TakenNumber.objects.get(number=document.number).why_void == "姓名有误"
    with pytest.raises(WrongStateError):
        services.revoke(by=BY, document=document, reason="再来")
    assert issue().number != document.number


def test_one_whose_number_was_voided_before_is_revoked_all_the_same(issue, paper):
    document = issue()
    numbering.void(by=BY, series=paper.series, number=document.number, reason="印坏了")
    services.revoke(by=BY, document=document, reason="姓名有误")
    assert "已作废" in verified(document.code).content.decode()
    assert TakenNumber.objects.get(number=document.number).why_void == "印坏了"


@pytest.mark.parametrize("code", ["0" * 22, "x", "0" * 300, "%00", "..%2f..%2fetc", "' OR 1=1"])
def test_a_code_that_leads_nowhere_is_one_answer(paper, code):
    answer = verified(code)
    assert answer.status_code == 404


def test_guessing_is_slowed_and_who_holds_documents_is_not(issue):
    document = issue()
    with time_machine.travel(now(), tick=False):
        for _time in range(25):
            assert verified(document.code).status_code == 200
        statuses = [verified(f"{number:022}").status_code for number in range(30)]
    assert statuses[:20] == [404] * 20
    assert statuses[-1] == 429


def test_a_campus_that_guessed_still_checks_what_it_holds(issue):
    """Behind one address: only a code that leads nowhere is refused."""
    document = issue()
    with time_machine.travel(now(), tick=False):
        assert [verified(f"{number:022}").status_code for number in range(30)][-1] == 429
        assert verified(document.code).status_code == 200


def test_whoever_checks_it_is_told_that_its_contents_are_not_compared(issue):
    assert "不核对正文" in verified(issue().code).content.decode()


def test_one_moment_stands_on_the_paper_and_at_its_code_and_chooses_the_template(paper, issue, monkeypatch):
    """Also when it waited for its number beyond midnight."""
    midnight = start_of(campus_today() + timedelta(days=1))
    tomorrow = services.replace_template(
        by=BY, paper=paper, text=SHEET + "明日版", starts_on=campus_today() + timedelta(days=1), reason="新版式"
    )
    take = services.numbering.take
    with time_machine.travel(midnight - timedelta(seconds=1), tick=False) as clock:

        def late(**said):
            taken = take(**said)
            clock.move_to(midnight + timedelta(seconds=1))
            return taken

        monkeypatch.setattr(services.numbering, "take", late)
        document = issue()
    text = text_of(files.content_of(document.file))
    assert document.template == tomorrow
    assert f"{campus_time(document.issued_at).date()}" in text
    assert "明日版" in text


def test_a_template_without_the_sheet_would_leave_without_number_and_code(paper):
    with pytest.raises(TemplateRefusedError, match="sheet"):
        services.replace_template(by=BY, paper=paper, text="空白纸", starts_on=campus_today(), reason="x")
    assert not PrintTemplate.objects.exists()


def test_what_we_rendered_ourselves_is_kept_unsearched(issue, monkeypatch):
    monkeypatch.setattr(files.kinds, "refuse_active_pdf", lambda _content: pytest.fail("searched"))
    assert issue().file_id


def test_what_cannot_be_drawn_takes_no_number_and_leaves_nothing(issue):
    with pytest.raises(CharacterMissingError):
        issue(name="王\U0010fffd")
    assert (PrintedDocument.objects.count(), TakenNumber.objects.count(), StoredFile.objects.count()) == (0, 0, 0)
    assert issue().number.endswith("〕1号")


def test_the_school_replaces_a_template_from_a_day_on(paper, issue):
    own = SHEET + "本校格式：#data.name"
    today = campus_today()
    later = services.replace_template(
        by=BY, paper=paper, text=own, starts_on=today + timedelta(days=1), reason="新版式"
    )
    assert services.in_force(paper) is None
    assert services.in_force(paper, today + timedelta(days=1)) == later
    present = services.replace_template(by=BY, paper=paper, text=own, starts_on=today, reason="新版式")
    document = issue()
    assert document.template == present
    assert "本校格式：欧阳修文" in text_of(files.content_of(document.file))
    services.withdraw_template(by=BY, template=present, reason="有错字")
    assert services.in_force(paper) is None
    assert "兹证明" in text_of(services.preview(paper, None))
    assert AuditEntry.objects.filter(action__startswith="printing.").count() == 4


def test_a_template_that_does_not_set_the_sample_is_refused_and_not_kept(paper):
    with pytest.raises(TemplateRefusedError, match="5"):
        services.replace_template(
            by=BY, paper=paper, text=SHEET + "\n#data.nobody", starts_on=campus_today(), reason="x"
        )
    assert not PrintTemplate.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM kernel_printed_document",
        "UPDATE kernel_printed_document SET number = 'x'",
        "UPDATE kernel_printed_document SET code = repeat('x', 22)",
        "UPDATE kernel_printed_document SET revoked_at = now()",
        "UPDATE kernel_printed_document SET holder_masked = 'x'",
        "UPDATE kernel_printed_document SET holder_id = 8",
        "UPDATE kernel_printed_document SET issued_by_name = 'x'",
    ],
)
def test_the_database_holds_it_whoever_writes(issue, statement):
    issue()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
