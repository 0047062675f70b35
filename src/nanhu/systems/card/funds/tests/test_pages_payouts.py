"""The office hands a list in, another person agrees: on their own screens."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nanhu.kernel.clock import campus_today, start_of
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity import api as identity
from nanhu.systems.card.funds.models import Claimable, PayoutBatch
from nanhu.systems.card.funds.services.payouts import open_funding
from nanhu.systems.card.funds.services.posting import post_payout
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.tests.conftest import queries_of

PAGES = "/card/funds/payouts/"
GOOD = "学工号,姓名,金额\n14231100001,林小满,300\n0020190123,陈志远,12.50\n"


@pytest.fixture
def office(funds):
    """Two clerks who pay out, and an account the money comes from."""
    for part in ("clerk", "second_clerk"):
        account = identity.account_of(funds.campus.persons[part])
        identity.grant_role(by=SYSTEM, account_id=account.pk, role="card.payer")
    funds.funding = open_funding(by=SYSTEM, code="aid", name="学生资助经费")
    return funds


def hand_in(office, text=GOOD, part="clerk", source="subsidy", expires_on=""):
    client = office.campus.client(part)
    form = client.get(PAGES + "new/").context["form"]
    return client.post(
        PAGES + "new/",
        {
            "source": source,
            "title": "十一月补助",
            "funding": office.funding.pk,
            "token": str(form["token"].value()),
            "expires_on": expires_on,
            "file": SimpleUploadedFile("名单.csv", text.encode()),
        },
    )


def pay_out(office, source="subsidy", text=GOOD, **more):
    """From the list to the last row, as two clerks and the worker do it."""
    address = hand_in(office, text=text, source=source, **more).url
    office.campus.client("clerk").post(address + "submit/")
    office.campus.client("second_clerk").post(address + "approve/")
    batch = PayoutBatch.objects.get(public_id=address.rstrip("/").rsplit("/", 1)[-1])
    post_payout(batch_id=batch.pk)
    return address


@pytest.mark.capability("A145.1", "A146.1")
def test_a_stranger_and_a_counter_clerk_find_no_such_page(funds):
    for part in ("student", "clerk"):
        for address in ("", "new/", "fundings/"):
            assert funds.campus.client(part).get(PAGES + address).status_code == 404


@pytest.mark.capability("A145.1", "A146.1")
def test_a_list_with_a_wrong_line_is_refused_as_a_whole_and_says_which(office):
    answer = hand_in(office, GOOD + "999,谁,1\n")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "整份没有收" in page
    assert "没有这个学工号，或已经离校" in page
    assert PayoutBatch.objects.count() == 0


@pytest.mark.capability("A145.2")
@pytest.mark.parametrize("days", [40, None])
def test_the_last_day_that_the_office_types_is_that_of_each_row(office, days):
    day = campus_today() + timedelta(days=days) if days else None
    assert hand_in(office, expires_on=f"{campus_today() - timedelta(days=1)}").status_code == 422
    assert hand_in(office, "学号,金额\n14231100001,1\n", expires_on=f"{campus_today()}").status_code == 302
    pay_out(office, expires_on=f"{day or ''}")
    expiries = set(Claimable.objects.values_list("expires_at", flat=True))
    assert expiries == {start_of(day + timedelta(days=1)) if day else None}
    page = office.campus.client("student").get("/card/funds/").content.decode()
    assert ("前不领会退回" in page) == bool(days), "and its holder is told"


@pytest.mark.capability("A145.3")
def test_the_preview_shows_count_and_sum_before_anything_moves(office):
    answer = hand_in(office, "学工号,姓名,金额,备注\n14231100001,林小满,300,困难补助\n0020190123,陈志远,12.50,\n")
    page = office.campus.client("clerk").get(answer.url).content.decode()
    assert "¥ 312.50" in page
    assert "困难补助" in page
    assert "林小满" in page
    assert "提交复核" in page
    assert office.pending() == 0


@pytest.mark.capability("A145.1", "A146.1")
def test_the_author_sees_no_button_to_approve_and_cannot_press_it(office):
    address = hand_in(office).url
    client = office.campus.client("clerk")
    assert office.campus.client("second_clerk").post(address + "approve/").status_code == 409, "not handed in yet"
    client.post(address + "submit/")
    assert "approve/" not in client.get(address).content.decode()
    assert client.post(address + "approve/").status_code == 409
    assert PayoutBatch.objects.get().state == "submitted"


@pytest.mark.capability("A145.1", "A146.1")
def test_another_person_approves_and_the_report_tells_who_has_not_claimed(office):
    address = pay_out(office)
    page = office.campus.client("second_clerk").get(address + "?show=waiting").content.decode()
    assert "已入账" in page
    assert "陈志远" in page
    noted = AuditEntry.objects.filter(action__endswith="_payout").order_by("pk").values_list("action", flat=True)
    assert list(noted) == [f"card.{one}_payout" for one in ("make", "submit", "approve", "post")]
    rows = b"".join(office.campus.client("clerk").get(address + "rows.csv?show=waiting").streaming_content).decode()
    assert '"14231100001","林小满","300.00","待领"' in rows


@pytest.mark.capability("A145.1")
def test_another_person_may_refuse_with_a_reason(office):
    address = hand_in(office).url
    office.campus.client("clerk").post(address + "submit/")
    client = office.campus.client("second_clerk")
    assert client.post(address + "refuse/", {"answer": ""}).status_code == 422
    assert client.post(address + "discard/").status_code == 409, "its author's alone"
    client.post(address + "refuse/", {"answer": "名单是上个月的"})
    assert "名单是上个月的" in office.campus.client("clerk").get(address).content.decode()


def test_a_file_nobody_can_read_says_so(office):
    answer = hand_in(office, "完全,不是\n名册,啊\n")
    assert answer.status_code == 422
    assert "这个文件读不懂" in answer.content.decode()


def test_pages_ask_a_bounded_number_of_queries(office):
    address = pay_out(office)
    for page in (PAGES, address, PAGES + "new/"):
        assert queries_of(office.campus.client("clerk"), page) <= 20


def test_an_office_opens_a_funding_account(office):
    client = office.campus.client("clerk")
    client.post(PAGES + "fundings/", {"code": "wages.2026", "name": "勤工助学"})
    assert "勤工助学" in client.get(PAGES + "fundings/").content.decode()
