"""Attributes (属性) that applications may be given about a person, whatever the protocol."""

from collections.abc import Callable

from nanhu.platforms.identity.models import Application
from nanhu.platforms.people import api as people

type Affiliation = people.AffiliationCard
type Resolver = Callable[[people.PersonCard, Affiliation | None], list[str]]

EDU_PERSON = {"student": ["student", "member"], "staff": ["staff", "employee", "member"], "temporary": ["affiliate"]}


def numbers(card: people.PersonCard, kind: str) -> list[str]:
    return [one.campus_no for one in card.affiliations if one.is_live and one.kind == kind]


def edu_person(card: people.PersonCard, _chosen: Affiliation | None) -> list[str]:
    values = [value for one in card.affiliations if one.is_live for value in EDU_PERSON.get(one.kind, [])]
    return list(dict.fromkeys(values))


RESOLVERS: dict[str, Resolver] = {
    "displayName": lambda card, _chosen: [card.name],
    "cn": lambda card, _chosen: [card.name],
    "personId": lambda card, _chosen: [str(card.public_id)],
    "campusNo": lambda _card, chosen: [chosen.campus_no] if chosen else [],
    "studentNo": lambda card, _chosen: numbers(card, "student"),
    "staffNo": lambda card, _chosen: numbers(card, "staff"),
    "department": lambda _card, chosen: [chosen.unit_name] if chosen else [],
    "departmentCode": lambda _card, chosen: [chosen.unit_code] if chosen else [],
    "category": lambda _card, chosen: [chosen.category_name] if chosen else [],
    "mail": lambda card, _chosen: [card.email],
    "eduPersonAffiliation": edu_person,
}


WANTED: dict[str, Callable[[Affiliation, str], bool]] = {
    Application.UserName.STAFF_FIRST: lambda one, _campus_no: one.kind != "student",
    Application.UserName.STUDENT_FIRST: lambda one, _campus_no: one.kind == "student",
    Application.UserName.AS_SIGNED_IN: lambda one, campus_no: one.campus_no.upper() == campus_no.upper(),
}


def chosen_affiliation(*, application: Application, card: people.PersonCard, campus_no: str) -> Affiliation | None:
    """Which of a person's live identities this application knows them by."""
    live = [one for one in card.affiliations if one.is_live]
    wanted = WANTED[Application.UserName(application.user_name)]
    return next((one for one in live if wanted(one, campus_no)), live[0] if live else None)


def released(*, application: Application, card: people.PersonCard, chosen: Affiliation | None) -> dict[str, list[str]]:
    """What this application's record allows, without empty values."""
    found = {name: RESOLVERS[name](card, chosen) for name in application.attributes if name in RESOLVERS}
    return {name: kept for name, values in found.items() if (kept := [value for value in values if value])}
