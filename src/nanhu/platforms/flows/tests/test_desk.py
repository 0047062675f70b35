"""待办与申请: what the kit promises of every page, for who leads a unit."""

from dataclasses import replace
from datetime import date
from itertools import count as counting
from uuid import uuid4

import pytest
from msgspec import structs

from nanhu.kernel.clock import now
from nanhu.platforms.flows.body import Field
from nanhu.platforms.flows.desk import desk
from nanhu.platforms.flows.models import Case, OutsideSource, OutsideTodo
from nanhu.platforms.flows.services import definitions, outside
from nanhu.platforms.flows.specs import specs
from nanhu.platforms.people import api as people
from nanhu.testing.members import also_studies
from nanhu.testing.pages import PageTests

from .conftest import LEAVE, SYSTEM
from .test_outside import ORIGIN, make_vendor

pytestmark = pytest.mark.django_db


class TestPages(PageTests):
    desk = desk
    is_for_everybody = True

    @pytest.fixture
    def holder(self, school):
        self.school, self.number = school, counting(1)
        self.case = school.apply("T2")
        return school.client("T2")

    def fill(self, count):
        source = OutsideSource.objects.first() or outside.register(
            by=SYSTEM, key="oa", name="=1+1", vendor=make_vendor("=1+1"), origin=ORIGIN
        )
        facts = {"source": source, "campus_no": "T2", "person_id": self.school["T2"], "state": "open", "digest": "x"}
        OutsideTodo.objects.bulk_create(
            OutsideTodo(external_id=f"{next(self.number)}", title="=1+1", address=ORIGIN, sequence=1, **facts)
            for _one in range(count)
        )
        closed = {
            "state": "closed",
            "outcome": "granted",
            "closed_at": now(),
            "percent": 100,
            "twin": "",
        }
        for number in (next(self.number) for _one in range(count)):
            copied = Case.objects.get(pk=self.case.pk)
            own = {"pk": None, "public_id": uuid4(), "token": uuid4(), "number": f"QJ-2026-9{number:05}"}
            for name, value in (closed | own).items():
                setattr(copied, name, value)
            copied.save(force_insert=True)


@pytest.mark.parametrize(
    ("who", "faces", "number"),
    [
        ("T2", {"student"}, "24990001"),
        ("T2", {"student", "staff"}, "T2"),
        ("S1", {"staff"}, "L1"),
        ("S1", {"student", "staff"}, "S1"),
    ],
)
def test_who_has_several_ties_asks_by_one_of_those_for_which_it_is(school, monkeypatch, who, faces, number):
    also_studies(school["T2"])
    hired = people.AffiliationRecord(
        kind="temporary", campus_no="L1", starts_on=date(2020, 9, 1), unit_code="", state="active"
    )
    record = people.PersonRecord(key="L1", person_id=school["S1"], affiliations=(hired,))
    people.apply_records(by=SYSTEM, records=[record], origin=people.Origin(source="test.hired", title="临聘"))
    form = (*LEAVE.body.form, Field(key="number", label="学工号", source="people.campus_no"))
    body = structs.replace(LEAVE.body, form=form)
    monkeypatch.setitem(specs, LEAVE.key, replace(LEAVE, body=body, faces=frozenset(faces)))
    definitions.publish_all()
    page = school.client(who).get("/flows/new/test.leave/").context["known"]
    assert page[-1][1] == number
