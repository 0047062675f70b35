"""Fair draws of the sample campus: one that people enter now, one whose public value waits to be read, one that anybody can repeat."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import uuid4

from nanhu.kernel.clock import campus_today
from nanhu.kernel.draw import services as draws
from nanhu.sample.passes import actor_of
from nanhu.services.venues import sample as venues

EVENINGS: Final = ((14, 17), (19, 21))
type Hours = tuple[datetime, datetime]


def moment(day: int, hour: int) -> datetime:
    return venues.moment_at(campus_today() + timedelta(days=day), hour * 60)


def value_of(day: int) -> dict[str, Any]:
    """A lottery's number of an evening: everybody can look it up, nobody knows it before."""
    drawn_on = f"{moment(day, 21):%Y-%m-%d}"
    return {
        "value_name": f"{drawn_on} 福彩 3D 开奖号",
        "value_form": rf"{drawn_on} 3D \d{{3}}",
        "closes_at": moment(day, 18),
        "value_known_at": moment(day, 21) + timedelta(minutes=30),
        "publish_by": moment(day + 2, 18),
    }


def free_hours(venue: venues.Venue, first: int, count: int) -> list[Hours]:
    """Afternoons and evenings that nothing stands in, from that day on."""
    asked = [(moment(day, begins), moment(day, ends)) for day in range(first, first + 21) for begins, ends in EVENINGS]
    return list(islice((one for one in asked if not venues.refused_of(venue, [one])), count))


def orders(use: str, title: str, people: Sequence[int], slots: Sequence[str]) -> Mapping[int, Any]:
    """Everybody asks for all of it, each beginning with another."""
    said = venues.Order(use=use, title=title, purpose=title, headcount=30)
    return {
        person: (said, [*slots[number % len(slots) :], *slots[: number % len(slots)]])
        for number, person in enumerate(people)
    }


def hold_draws(found: Mapping[str, venues.Venue], people: Sequence[int], readers: tuple[int, int]) -> int:
    """`people`: the first of them is the student of the cast. `readers`: two who read the public value."""
    for make in (enter_now, close_yesterday, draw_yesterday):
        make(found, people, readers)
    return 3


def enter_now(found: Mapping[str, venues.Venue], people: Sequence[int], readers: tuple[int, int]) -> None:
    venue = found["学术报告厅"]
    hours = free_hours(venue, 8, 4)
    made = venues.drawing.open_for(
        by=actor_of(readers[1]), venue=venue, title="校园艺术节专场", hours=hours, token=uuid4(), **value_of(3)
    )
    for person, (order, wishes) in orders("hall", "艺术节专场演出", people[1:], made.slots).items():
        venues.drawing.enter(by=actor_of(person), person_id=person, found=made, order=order, wishes=wishes[:3])


def close_yesterday(found: Mapping[str, venues.Venue], people: Sequence[int], _readers: tuple[int, int]) -> None:
    past(found["学生活动报告厅"], "hall", "元旦晚会场次", people)


def draw_yesterday(found: Mapping[str, venues.Venue], people: Sequence[int], readers: tuple[int, int]) -> None:
    """More who ask than there are hours: two get one, the others stand in the line."""
    made = past(found["羽毛球馆"], "sports", "新生杯羽毛球场次", people)
    first, second = map(actor_of, readers)
    value = made.draw.value_form.replace(r"\d{3}", "415")
    typed = draws.type_value(by=first, draw=made.draw, value=value, token=uuid4())
    draws.check_value(by=second, typed=typed, value=value)
    draws.draw_lots(by=second, draw=made.draw)
    venues.drawing.settle(made)


def past(venue: venues.Venue, use: str, title: str, people: Sequence[int]) -> Any:
    hours = free_hours(venue, 4, 2)
    slots = sorted(venues.slot_key(*one) for one in hours)
    return venues.close_past(
        venue=venue, title=title, hours=hours, orders=orders(use, title, people, slots), **value_of(-1)
    )
