"""The rest of the sample's day: what a newcomer looks for on the office's pages is there, once, and the books agree."""

from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.closing.models import Correction, Dispute
from nanhu.systems.card.models import TopUp
from nanhu.systems.card.sample.day import Day, begin_day
from nanhu.systems.card.tests.conftest import CAST

DAY = Day(clerk=CAST["clerk"][2], second=CAST["second_clerk"][2], cast=(CAST["guest"][2],))


def test_no_page_of_the_office_stands_empty(campus):
    for part in ("student", "other_student"):
        if part in CAST:
            campus.top_up(part, 5000)
            assert campus.pay(part, 900) == "posted"
    begun = TopUp.objects.count()
    begin_day(DAY)
    assert begin_day(DAY) == "", "twice is harmless"
    assert TopUp.objects.count() > begun
    assert Dispute.objects.filter(state="open").exists()
    assert Correction.objects.filter(state="pending").count() == 1
    assert (receipt_differences(), ledger.check_ledger()) == ([], [])
