"""Temporary people: hired by a unit, or guests for some weeks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from nanhu.sample import units
from nanhu.sample.persons import Affiliation
from nanhu.sample.population.humans import FOREIGN_WEIGHTS, draw_human

if TYPE_CHECKING:
    from nanhu.sample.persons import Human
    from nanhu.sample.population.draw import Draw
    from nanhu.sample.units import Unit


TEMPORARY_CATEGORIES = {"临聘": 60, "培训": 12, "访问": 8, "交流": 8, "讲学": 6, "公务": 6}


def draw_temporary(draw: Draw, count: int) -> list[Human]:
    rng, people = draw.rng, []
    services = {
        unit: 6 if unit.code in {"1043", "1044", "1017", "1016"} else 1
        for unit in units.offices_and_colleges()
        if unit.code != "1000"
    }
    for _ in range(count):
        category = draw.pick(TEMPORARY_CATEGORIES)
        is_guest = category in {"讲学", "访问", "交流"}
        foreign = draw.pick(FOREIGN_WEIGHTS) if is_guest and rng.random() < 0.25 else ""
        born = draw.day_between(date(draw.today.year - 62, 1, 1), date(draw.today.year - 20, 12, 31))
        human = draw_human(draw, sex=rng.choice("12"), birth_date=born, foreign=foreign)
        human.affiliations.append(_stay(draw, category, draw.pick(services)))
        people.append(human)
    return people


def _stay(draw: Draw, category: str, unit: Unit) -> Affiliation:
    starts = draw.day_between(draw.today - timedelta(days=700), draw.today - timedelta(days=1))
    days = 365 * draw.rng.randint(1, 3) if category == "临聘" else draw.rng.randint(5, 180)
    ends = starts + timedelta(days=days)
    return Affiliation(
        kind="temporary",
        campus_no=draw.next_number(f"L{starts:%y}", 5),
        unit=unit.code,
        category=category,
        starts_on=starts,
        ends_on=ends,
        state="active" if ends >= draw.today else "ended",
    )
