"""The office's desk: what the kit promises of every page; a count from its plan to the signed result; labels."""

from uuid import uuid4

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.systems.assets.counting.desk import desk
from nanhu.systems.assets.counting.models import CountRow, FoundReport, StockTake
from nanhu.systems.assets.counting.services import concluding
from nanhu.systems.assets.counting.tests.counts import backdated, bring, opened, row
from nanhu.systems.assets.labels import escaped
from nanhu.testing.pages import ProposalTests

DESK = "/assets/counts/"


class TestPages(ProposalTests):
    desk = desk

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("T5")

    @pytest.fixture
    def second(self, school):
        return school.client("T6")

    @pytest.fixture
    def stranger(self, school):
        return school.client("T2")

    def fill(self, count):
        by = self.school.actor("T5")
        StockTake.objects.bulk_create(
            StockTake(
                title="=1+1",
                starts_on=campus_today(),
                ends_on=campus_today(),
                author_id=by.account_id,
                author_name=by.name,
            )
            for _one in range(count)
        )
        FoundReport.objects.bulk_create(FoundReport(number="=1+1", words="@x") for _one in range(count))

    def submitted(self, client):
        self.school.things("b1-101", 1)
        result = concluding.ask(by=self.school.actor("T5"), take=opened(self.school))
        return f"{DESK}results/{result.public_id}/"


@pytest.mark.capability("A014.1")
@pytest.mark.django_db
def test_a_count_from_its_plan_to_the_signed_result(school):
    things = school.things("b1-101", 3)
    first, second = school.client("T5"), school.client("T6")
    said = {"title": "年度盘点", "place": "b1-101", "starts_on": campus_today(), "ends_on": campus_today()}
    page = first.post(f"{DESK}new/", said)["Location"]
    assert first.post(f"{page}open/").status_code == 409
    team = {"name": "一组", "members": "T2，T3", "place": "b1-101"}
    assert first.post(f"{page}team/", team | {"members": "T2 T404"}).status_code == 422
    assert first.post(f"{page}team/", team).status_code == 302
    assert first.post(f"{page}open/").status_code == 302
    take = backdated(StockTake.objects.get())
    bring(school, take, [row(things[0].number), row("NOBODY-1"), row(things[0].number, ago=5)])
    shown = first.get(page).content.decode()
    assert "101 机房" in shown
    for show, wanted in (("not_seen", 2), ("unknown", 1), ("seen_twice", 1), ("match", 1), ("nonsense", 5)):
        lines = first.get(f"{page}verdicts/?show={show}&export=csv")
        assert b"".join(lines.streaming_content).count(b"\r\n") == wanted + 1
    assert first.post(f"{page}recount/").status_code == 302
    assert first.post(f"{page}result/", {"note": ""}).status_code == 302
    assert first.post(f"{page}result/", {"note": ""}).status_code == 409
    case = f"{DESK}results/{take.results.get().public_id}/"
    assert first.post(f"{case}approve/").status_code == 409
    assert second.post(f"{case}approve/").status_code == 302
    take.refresh_from_db()
    assert take.state == "closed"
    assert CountRow.objects.count() == 3
    assert school.client("T2").get(page).status_code == 404


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.capability("A014.2")
def test_labels_of_things_and_doors_are_printed(school):
    things = school.things("b1-101", 2)
    office = school.client("T5")
    asked = {"numbers": "\n".join(one.number for one in things), "size": "40x30", "has_bars": "on"}
    sheet = office.get(f"{DESK}labels/", asked | {"kind": "pdf"})
    assert (sheet["Content-Type"], sheet.content[:5]) == ("application/pdf", b"%PDF-")
    commands = office.get(f"{DESK}labels/", asked | {"kind": "zpl"}).content.decode()
    assert all(one.number in commands for one in things)
    assert commands.count(escaped(things[0].unit.name)) == 2, "whose it is stands on each"
    missing = office.get(f"{DESK}labels/", asked | {"kind": "pdf", "numbers": f"{things[0].number} 2026-A02-999999-9"})
    assert "2026-A02-999999-9" in missing.content.decode()
    assert "一张也没有印" in missing.content.decode()
    take = opened(school)
    doors = office.get(f"{DESK}{take.public_id}/room-codes.pdf")
    assert doors.content[:5] == b"%PDF-"
    assert office.get(f"{DESK}{uuid4()}/room-codes.pdf").status_code == 404


@pytest.mark.django_db
def test_a_count_that_is_dropped_never_begins(school):
    school.things("b1-101", 1)
    office = school.client("T5")
    said = {"title": "x", "starts_on": campus_today(), "ends_on": campus_today()}
    page = office.post(f"{DESK}new/", said)["Location"]
    assert office.post(f"{DESK}new/", said | {"ends_on": "2020-01-01"}).status_code == 422
    assert office.post(f"{page}drop/", {"reason": ""}).status_code == 422
    assert office.post(f"{page}drop/", {"reason": "改期"}).status_code == 302
    assert office.post(f"{page}open/").status_code == 409
    assert StockTake.objects.get().state == "dropped"
