"""Letting pass by pages what the gate holds at red: a word of its office and a steward's; two stewards where the office has nobody."""

from datetime import date

from nanhu.platforms.datahub.models import Batch, Release
from nanhu.platforms.datahub.tests.conftest import BY, enrolled
from nanhu.platforms.people import api as people
from nanhu.testing import sessions

REASON = "看过名单"


def unit(name, code, parent=""):
    record = people.UnitRecord(code=code, name=name, parent_code=parent)
    people.apply_units(by=BY, records=[record], origin=people.Origin(source="test", title="测试"))
    return people.unit_ids_by_code([code])[code]


def appointed(unit_id, campus_no, post="head"):
    person_id = people.find_person_by_campus_no(campus_no)
    said = {"unit_id": unit_id, "office": post, "person_id": person_id, "document": "校发〔2026〕1号"}
    return people.appoint(by=BY, starts_on=date(2020, 9, 1), ends_on=None, **said)


def head_of(unit_id, name, campus_no, *roles, post="head"):
    """In a browser."""
    enrolled(name, campus_no, *roles)
    appointed(unit_id, campus_no, post)
    return sessions.signed_in(campus_no)


def desk_of(batch_id, page=""):
    return f"/datahub/gate/office/{batch_id}/{page}"


def filled_in(client, address):
    """The form as its page gives it."""
    form = client.get(address).context["form"]
    return {"token": str(form["token"].value()), "seen": form["seen"].value(), "reason": REASON}


def found_right(client, batch_id):
    """文件无误, by the office."""
    address = desk_of(batch_id, "confirm/")
    return client.post(address, filled_in(client, address))


def stood_in(steward, batch_id):
    address = f"/datahub/batches/{batch_id}/ask-release/"
    return steward.post(address, filled_in(steward, address))


def agreed(steward, batch_id):
    word = Release.objects.filter(batch=batch_id).latest("id")
    return steward.post(f"/datahub/gate/{word.public_id}/approve/")


def state_of(batch_id):
    return Batch.objects.get(pk=batch_id).state
