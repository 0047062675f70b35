"""The sheet of a day prints the last seals; the next close compares what was printed with the chains."""

from datetime import timedelta

import pytest

from nanhu.kernel.audit.sealing import seal as seal_audit
from nanhu.kernel.clock import campus_today
from nanhu.kernel.models import AuditBlock
from nanhu.platforms.ledger.models import Block
from nanhu.platforms.ledger.services.sealing import seal
from nanhu.platforms.payments.services import days
from nanhu.systems.card.closing.tests.test_days import as_superuser
from nanhu.systems.card.tests.conftest import SYSTEM, bring_in_the_cast, make_finance
from nanhu.testing.finished import until_finished


def yesterday():
    return campus_today() - timedelta(days=1)


@pytest.mark.capability("A015.2")
def test_a_chain_that_was_sealed_anew_does_not_fit_the_sheets(transactional_db):
    """Whoever holds database and keyring makes a chain that fits in itself; the sheet of the day before does not."""
    campus = bring_in_the_cast()
    campus.top_up("teacher", 100)
    until_finished()
    seal()
    seal_audit()
    before = days.close_day(by=SYSTEM, day=yesterday() - timedelta(days=1))
    printed = {one["chain"]: one["root"] for one in before.figures["roots"]}
    audited, booked = AuditBlock.objects.order_by("-number")[0], Block.objects.order_by("-number")[0]
    assert printed == {"audit": f"{audited.number}:{audited.seal}", "ledger": f"{booked.number}:{booked.seal}"}
    make_finance(campus, "clerk")
    page = campus.client("clerk").get(f"/payments/days/{before.day}/").content.decode()
    assert all(root in page for root in printed.values())
    assert not days.close_day(by=SYSTEM, day=yesterday()).differences.filter(source="roots").exists()
    as_superuser("DELETE FROM ledger_day_root")
    as_superuser("UPDATE ledger_block SET seal = repeat('0', 64)")
    close = days.close_day(by=SYSTEM, day=yesterday())
    (found,) = close.differences.filter(source="roots")
    assert (close.state, found.owner, printed["ledger"][:24] in found.what) == ("open", "审计管理员", True)
    again = days.close_day(by=SYSTEM, day=before.day)
    assert {one["chain"]: one["root"] for one in again.figures["roots"]} == printed, "what was printed stays"
