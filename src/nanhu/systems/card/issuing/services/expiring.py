"""Cards of people who stay for a time (A094): they end by themselves, and whoever vouched is told before and after."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import letters
from nanhu.systems.card.issuing.models import UnitDelegate
from nanhu.systems.card.models import Card
from nanhu.systems.card.rules import LAST_MONTH, school_year_end
from nanhu.systems.card.services.follow import follow_affiliations
from nanhu.systems.card.services.issue import LIVING

BEFORE = timedelta(days=14)
AFTER = timedelta(days=31)
"""A school that was read-only for weeks tells it all the same; each is told once."""
BY = Actor.system("card.expiring")


def ending_soon() -> QuerySet[Card]:
    today = campus_today()
    ending = Card.objects.filter(card_class="ordinary", state__in=LIVING, valid_until__range=(today, today + BEFORE))
    return ending.order_by("valid_until", "id")


def just_ended() -> QuerySet[Card]:
    today = campus_today()
    ended = Card.objects.filter(card_class="ordinary", state="expired", valid_until__range=(today - AFTER, today))
    return ended.order_by("valid_until", "id")


def tell_sponsors() -> int:
    """How many letters went out; each card and day is told once to each."""
    soon, ended = list(ending_soon()), list(just_ended())
    persons = people.person_cards({card.person_id for card in [*soon, *ended]})
    told = 0
    for kind, cards in (("expiring", soon), ("expired", ended)):
        for card in cards:
            told += tell_sponsor(kind, card, persons[card.person_id])
    return told


def tell_sponsor(kind: str, card: Card, person: people.PersonCard) -> int:
    """Of several units that vouch the one whose last day the card has."""
    ties = [one for one in person.affiliations if one.kind == "temporary"]
    living = next((one for one in ties if one.is_live), ties[0] if ties else None)
    tie = next((one for one in ties if one.ends_on == card.valid_until), living)
    if tie is None:
        return 0
    facts = {"name": person.name, "what": card.sub_class, "day": card.valid_until.isoformat(), "unit": tie.unit_name}
    text = (
        _("%(unit)s：%(name)s（%(what)s）的校园卡 %(day)s 到期，到期自动停用。要延长，请在到期前更新有效期。")
        if kind == "expiring"
        else _("%(unit)s：%(name)s（%(what)s）的校园卡已于 %(day)s 到期停用。")
    ) % facts
    keys = f"{kind}:{card.pk}:{card.valid_until}"
    return sum(
        letters.tell(key=f"{keys}:{one.person_id}", kind=kind, person_id=one.person_id, text=text)
        for one in sponsors_of(tie.unit_code)
    )


def sponsors_of(unit_code: str) -> Sequence[UnitDelegate]:
    """The delegates of the unit, or of the nearest one above it that has some."""
    for code in people.unit_codes_upwards(unit_code):
        found = list(UnitDelegate.objects.filter(unit_code=code, ended_at=None).order_by("person_id", "role"))
        if found:
            return list({one.person_id: one for one in found}.values())
    return []


def move_school_years_on() -> int:
    """Student cards without a told last day get the next school year while the 学籍 lives, a month before this one ends."""
    today = campus_today()
    if school_year_end(today + LAST_MONTH) == school_year_end(today):
        return 0
    ending = Card.objects.filter(card_class="student", state__in=LIVING, valid_until__lte=school_year_end(today))
    return follow_affiliations(by=BY, person_ids=list(ending.values_list("person_id", flat=True)))
