"""The sample's working day at the office: everything a newcomer looks for is there, once, and the books agree."""

from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.funds.checks import funds_differences
from nanhu.systems.card.funds.models import Claimable, PayoutBatch
from nanhu.systems.card.issuing.checks import promises_are_kept
from nanhu.systems.card.issuing.models import CardOrder, OrderRow
from nanhu.systems.card.issuing.tests.conftest import DESK, DOCUMENTS, picture
from nanhu.systems.card.issuing.tests.personal import scan
from nanhu.systems.card.sample.office import Office, begin_office
from nanhu.systems.card.tests.conftest import CAST

OFFICE = Office(
    clerk=CAST["clerk"][2],
    second=CAST["second_clerk"][2],
    agent=CAST["student"][2],
    leader=CAST["second_clerk"][2],
    holder=CAST["student"][2],
    unit="12",
    portrait=lambda _number: picture(),
    proof=scan().getvalue(),
)


def test_a_newcomer_finds_the_office_alive(campus, monkeypatch):
    assert DOCUMENTS
    for name, count in (("NEW", 1), ("DUE", 1)):
        monkeypatch.setattr(f"nanhu.systems.card.sample.office.{name}", count)
    campus.top_up("guest", 5000)
    begin_office(OFFICE)
    assert begin_office(OFFICE) == "", "twice is harmless"
    assert CardOrder.objects.filter(state="draft").exclude(rows__errors={}).exists()
    assert promises_are_kept().verdict == "ok", "a fresh campus has nothing to be warned of"
    assert OrderRow.objects.filter(category="访问", order__state="accepted").exists()
    assert (
        PayoutBatch.objects.filter(state="posted").count() == PayoutBatch.objects.filter(state="submitted").count() == 1
    )
    assert Claimable.objects.filter(source="subsidy", state="waiting", wallet=campus.card("student").wallet).exists()
    page = campus.client("clerk").get(DESK).content.decode()
    assert "超过了承诺的三个工作日" not in page
    assert (receipt_differences(), funds_differences()) == ([], [])
