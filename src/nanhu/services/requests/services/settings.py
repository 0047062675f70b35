"""Promises of classes, crews with what they cover, operators of dormitory networks: set by the dispatcher."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.platforms.campus import api as campus
from nanhu.platforms.openapi.api import Vendor
from nanhu.platforms.people import api as people
from nanhu.services.requests.errors import BuildingTakenError, NameTakenError, UnknownCodeError, UnknownMemberError
from nanhu.services.requests.models import Crew, CrewMember, FaultClass, Operator, OperatorBuilding
from nanhu.services.requests.publishing import publish_operators
from nanhu.services.requests.services.dispatching import give_back


@transaction.atomic
def set_class(*, by: Actor, fault_class: FaultClass, facts: dict[str, Any]) -> FaultClass:
    found = FaultClass.objects.select_for_update().get(pk=fault_class.pk)
    for name, value in facts.items():
        setattr(found, name, value)
    found.save()
    audit.record(
        by=by, action="requests.set_class", target=f"requests-class:{found.key}", facts={"work_minutes": found.minutes}
    )
    return found


@transaction.atomic
def set_crew(
    *,
    by: Actor,
    name: str,
    name_en: str = "",
    classes: Collection[FaultClass],
    leader: int,
    members: Collection[str] = (),
    buildings: Collection[str] = (),
    duty_days: Collection[int] = (1, 2, 3, 4, 5, 6, 7),
    phone: str = "",
    is_active: bool = True,
    vendor: Vendor | None = None,
    crew: Crew | None = None,
) -> Crew:
    """`members` by campus number, `buildings` by key."""
    found = Crew.objects.select_for_update().get(pk=crew.pk) if crew else Crew()
    found.name, found.name_en, found.phone, found.is_active = name, name_en, phone, is_active
    found.duty_days, found.vendor = sorted(set(duty_days)), vendor
    kept(found)
    found.classes.set(classes)
    found.buildings.set(places_with(buildings))
    numbers = people.find_people_by_campus_no(members)
    for number in members:
        if number not in numbers:
            raise UnknownMemberError(what=number)
    found.members.all().delete()
    for person_id in {*numbers.values(), leader}:
        CrewMember.objects.create(crew=found, person_id=person_id, is_leader=person_id == leader)
    if not is_active:
        give_back(found)
    facts = {"name": name} | ({"job_vendor": vendor.company} if vendor else {})
    audit.record(by=by, action="requests.set_crew", target=f"requests-crew:{found.public_id}", facts=facts)
    return found


def said_of(crew: Crew) -> dict[str, Any]:
    """What a crew is, by keys and campus numbers, as a list of crews says it."""
    members = {one.person_id: one.is_leader for one in crew.members.all()}
    numbers = numbers_of(members)
    return {
        "phone": crew.phone,
        "classes": sorted(one.key for one in crew.classes.all()),
        "buildings": sorted(one.key for one in crew.buildings.all()),
        "duty_days": crew.duty_days,
        "leader": next((numbers.get(key, "") for key, is_leader in members.items() if is_leader), ""),
        "members": sorted(number for key, number in numbers.items() if not members[key]),
        "is_active": crew.is_active,
    }


def numbers_of(person_ids: Collection[int]) -> dict[int, str]:
    """One campus number each, always the same of who has several."""
    return {key: card.campus_no for key, card in people.person_cards(person_ids).items() if card.campus_no}


def write(*, by: Actor, name: str, said: Mapping[str, Any], crew: Crew | None = None) -> Crew:
    """As `said_of` says it."""
    leader = people.find_people_by_campus_no([said["leader"]]).get(said["leader"])
    if leader is None:
        raise UnknownMemberError(what=said["leader"])
    facts = {one: said[one] for one in ("phone", "buildings", "duty_days", "members", "is_active")}
    classes = list(FaultClass.objects.filter(key__in=said["classes"]))
    name_en, vendor = (crew.name_en, crew.vendor) if crew else ("", None)
    return set_crew(
        by=by, name=name, name_en=name_en, classes=classes, leader=leader, vendor=vendor, crew=crew, **facts
    )


@transaction.atomic
def set_operator(
    *,
    by: Actor,
    name: str,
    phone: str,
    buildings: Collection[str],
    url: str = "",
    name_en: str = "",
    words: str = "",
    words_en: str = "",
    operator: Operator | None = None,
) -> Operator:
    found = Operator.objects.select_for_update().get(pk=operator.pk) if operator else Operator()
    found.name, found.phone, found.url, found.words = name, phone, url, words
    found.name_en, found.words_en = name_en, words_en
    kept(found)
    found.buildings.all().delete()
    with refused_as(BuildingTakenError):
        for place in places_with(buildings):
            OperatorBuilding.objects.create(operator=found, building=place)
    audit.record(
        by=by, action="requests.set_operator", target=f"requests-operator:{found.public_id}", facts={"name": name}
    )
    publish_operators()
    return found


def kept(row: Crew | Operator) -> None:
    with refused_as(NameTakenError):
        row.save()


def places_with(keys: Collection[str]) -> list[campus.Place]:
    wanted = list(dict.fromkeys(keys))
    found = {one.key: one for one in campus.Place.objects.filter(key__in=wanted)}
    for key in wanted:
        if key not in found:
            raise UnknownCodeError(what=key)
    return [found[key] for key in wanted]
