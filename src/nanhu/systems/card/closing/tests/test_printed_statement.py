"""The statement on paper, from the holder's page to the stranger who is shown it."""

import re
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.printing import rendering
from nanhu.kernel.printing.models import PrintedDocument
from nanhu.systems.card.closing.printing import PRINTS

PAGE = "/card/closing/statement/"
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def holder(cast):
    cast.top_up("student", 5000)
    cast.pay("student", 1250)
    return cast.client("student")


def text_of(pdf):
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


@pytest.mark.capability("A024.1")
def test_a_holder_prints_the_statement_and_a_stranger_asks_whether_it_is_ours(cast, holder, monkeypatch):
    ours = replace(configuration(), public_url="https://portal.reed-lake.example")
    monkeypatch.setattr(rendering, "configuration", lambda: ours)
    answer = holder.post(f"{PAGE}paper/", {}, follow=True)
    assert answer["Content-Disposition"].startswith("attachment")
    document = PrintedDocument.objects.get()
    text = text_of(answer.content)
    assert all(said in text for said in (document.number, "¥ 37.50", "−¥ 12.50"))
    assert f"{ours.public_url}/v/{document.code}" in text, "the school's own address, wherever it was printed"
    page = Client().get(f"/v/{document.code}").content.decode()
    assert all(said in page for said in (document.number, document.holder_masked, "校园卡对账单"))
    assert cast.client("teacher").get(f"/files/{document.file.public_id}/").status_code == 404
    assert Client().get(f"/files/{document.file.public_id}/").status_code == 302


def test_the_paper_is_chinese_also_for_who_reads_english(holder):
    answer = holder.post(f"{PAGE}paper/", {}, follow=True, headers={"accept-language": "en"})
    assert "消费" in text_of(answer.content)


def test_days_given_in_the_wrong_order_are_printed_in_theirs(holder):
    first, last = campus_today() - timedelta(days=3), campus_today()
    sent = {"first": f"{last}", "last": f"{first}"}
    text = text_of(holder.post(f"{PAGE}paper/", sent, follow=True).content)
    assert f"{first} — {last}" in text
    assert "¥ 37.50" in text


def test_a_button_pressed_twice_prints_one_paper(holder):
    token = re.search(r'name="form_token" value="([^"]+)"', holder.get(PAGE).content.decode())[1]
    first, second = (holder.post(f"{PAGE}paper/", {"form_token": token}) for _time in range(2))
    assert (first.status_code, first["Location"]) == (302, second["Location"])
    assert PrintedDocument.objects.count() == 1


def test_nobody_fills_the_store(holder, monkeypatch):
    monkeypatch.setattr("nanhu.systems.card.closing.printing.PRINTS", type(PRINTS)(PRINTS.kind, 1, 60, PRINTS.memory))
    with time_machine.travel(now(), tick=False):
        statuses = [holder.post(f"{PAGE}paper/", {}).status_code for _time in range(3)]
    assert statuses == [302, 302, 429]
    assert PrintedDocument.objects.count() == 2


def test_it_is_asked_by_a_form_of_ours_only(holder):
    assert holder.get(f"{PAGE}paper/").status_code == 405
