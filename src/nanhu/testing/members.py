"""Members of staff with accounts, for rooms that bring no cast of their own."""

from collections.abc import Iterable, Mapping
from datetime import date

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people

PASSWORD = "Lake-and-bridge-42"  # noqa: S105 - of accounts that tests open
SYSTEM = Actor.system("test")


def open_staff(names: Mapping[str, str]) -> None:
    open_members(names, kind="staff")


def open_members(names: Mapping[str, str], *, kind: str) -> None:
    """Persons by their campus numbers, each with an account that can sign in."""
    records = [
        people.PersonRecord(
            key=number,
            name=name,
            affiliations=(
                people.AffiliationRecord(
                    kind=kind, campus_no=number, starts_on=date(2020, 9, 1), unit_code="", state="active"
                ),
            ),
        )
        for number, name in names.items()
    ]
    made = people.apply_records(by=SYSTEM, records=records, origin=people.Origin(source="test", title="测试"))
    identity.open_accounts(by=SYSTEM, person_ids=made.person_ids.values())
    identity_sample.set_passwords_for_sample(by=SYSTEM, person_ids=made.person_ids.values(), password=PASSWORD)


def also_studies(person_id: int, campus_no: str = "24990001") -> None:
    """A second tie, younger than the first: who is met by the newest is met by the wrong one."""
    studies = people.AffiliationRecord(
        kind="student", campus_no=campus_no, starts_on=date(2026, 9, 1), unit_code="", state="active"
    )
    record = people.PersonRecord(key=campus_no, person_id=person_id, affiliations=(studies,))
    people.apply_records(by=SYSTEM, records=[record], origin=people.Origin(source="test.students", title="学籍"))


def grant(campus_no: str, roles: Iterable[str]) -> None:
    for role in roles:
        identity.grant_role(by=SYSTEM, account_id=identity.account_with(campus_no).pk, role=role)
