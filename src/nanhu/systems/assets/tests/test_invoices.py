"""The invoice of a receipt (验收单): the keeper sees what the tax office says of it, and never a valid one that it did not call so."""

import re
from datetime import timedelta
from html import unescape

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.platforms.parties import api as parties
from nanhu.platforms.parties.models import Inquiry
from nanhu.platforms.parties.parties import Verdict
from nanhu.platforms.parties.services.asking import Said, hear
from nanhu.platforms.parties.tests.conftest import lines_file, outside, work
from nanhu.systems.assets.tests.conftest import SYSTEM
from nanhu.systems.assets.tests.test_receiving import opened

__all__ = ["lines_file", "outside"]
NUMBER = "2643200000001234560"
SHOWN = re.compile(r'<span class="state state-(\w+)">([^<]+)</span> <a href="(/parties/invoices/check/[^"]+)">')


def shown(school, receipt):
    """How it sounds, what it says, where it leads."""
    page = school.client("T1").get(f"/assets/unit/receipts/{receipt.public_id}/").content.decode()
    tone, words, link = SHOWN.search(page).groups()
    return tone, words, unescape(link)


@pytest.mark.parametrize(
    ("last", "tone", "words"),
    [
        ("1", "good", "有效"),
        ("8", "bad", "已作废"),
        ("7", "bad", "已红冲"),
        ("6", "bad", "信息不一致"),
        ("9", "bad", "查不到"),
    ],
)
def test_a_receipt_shows_what_the_tax_office_says_of_its_invoice(school, outside, last, tone, words):
    party = outside("invoices")
    receipt, keeper = opened(school, head={"invoice": NUMBER + last}), school.client("T1")
    assert shown(school, receipt)[:2] == ("warn", "没有查验过")
    link = shown(school, receipt)[2]
    form = keeper.get(link).context["form"].initial
    party.fault("down")
    assert keeper.post(link, {**form, "day": campus_today().isoformat()}).status_code == 302
    work()
    assert shown(school, receipt)[:2] == ("warn", "正在查验，税务端还没有答复")
    work()
    found = shown(school, receipt)
    assert (found[0], found[1].partition("，")[0]) == (tone, words)


def test_an_invoice_over_another_sum_is_not_valid_for_the_receipt(school, outside):
    outside("invoices")
    receipt, keeper = opened(school, head={"invoice": NUMBER + "1"}), school.client("T1")
    link = shown(school, receipt)[2]
    keeper.post(link, {"number": NUMBER + "1", "amount": "19999.99", "day": campus_today().isoformat()})
    work()
    tone, words, _link = shown(school, receipt)
    assert (tone, words.partition("：")[0]) == ("bad", "金额不符")


@pytest.mark.parametrize(
    ("answer", "tone"), [(Verdict.MISMATCH, "good"), (Verdict.NOT_FOUND, "good"), (None, "good"), (Verdict.VOID, "bad")]
)
def test_whoever_asks_wrongly_after_it_takes_no_valid_invoice_away(school, lines_file, answer, tone):
    receipt, keeper = opened(school, head={"invoice": NUMBER + "1"}), school.client("T1")
    link = shown(school, receipt)[2]
    right = {"number": NUMBER + "1", "amount": "20000.00", "day": campus_today().isoformat()}
    keeper.post(link, right)
    answered(Verdict.VALID, "20000.00")
    assert shown(school, receipt)[0] == "good"
    yesterday = (campus_today() - timedelta(days=1)).isoformat()
    assert school.client("T8").post("/parties/invoices/check/", right | {"day": yesterday}).status_code == 302
    if answer:
        answered(answer, "20000.00")
    assert shown(school, receipt)[0] == tone


def test_what_the_tax_office_said_last_counts_also_where_it_was_asked_first(school):
    receipt = opened(school, head={"invoice": NUMBER + "1"})
    facts = {"number": NUMBER + "1", "day": campus_today()}
    first, second = (
        parties.check_invoice(by=SYSTEM, invoice=parties.Invoice(**facts, amount_fen=fen)) for fen in (100, 200)
    )
    answered(Verdict.VALID, "20000.00", second)
    assert shown(school, receipt)[0] == "good"
    answered(Verdict.VOID, "20000.00", first)
    assert shown(school, receipt)[0] == "bad"


def answered(verdict, total, asked=None):
    hear(
        asked or Inquiry.objects.latest("pk"),
        Said(verdict, {"jshj": total, "kprq": f"{campus_today():%Y%m%d}", "xfmc": "某公司"}),
    )


def test_of_two_invoices_that_share_eight_digits_the_one_over_this_sum_counts(school):
    receipt = opened(school, head={"invoice": "26440001"})
    for code, total in (("4300000001", "20000.00"), ("4300000002", "88.00")):
        facts = {"number": "26440001", "code": code, "day": campus_today(), "amount_fen": 100}
        parties.check_invoice(by=SYSTEM, invoice=parties.Invoice(**facts))
        answered(Verdict.VALID, total)
    assert shown(school, receipt)[0] == "good"


def test_of_a_gift_there_is_no_invoice_to_check(school):
    receipt = opened(school, head={"acquired": "donated", "invoice": ""})
    page = school.client("T1").get(f"/assets/unit/receipts/{receipt.public_id}/").content.decode()
    assert "查验发票" not in page
