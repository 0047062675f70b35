"""What people keeps about a person, as its owner may take it along."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from nanhu.kernel.crypto import mask_id_number, mask_phone
from nanhu.kernel.registry import Owner
from nanhu.platforms.people.models import Affiliation, Person
from nanhu.platforms.people.services.own import own_values


def person_records(owner: Owner, _since: datetime | None) -> Iterator[dict[str, Any]]:
    person = Person.objects.get(id=owner.person_id)
    phone, id_number = person.phone or "", person.id_number or ""
    yield {
        "name": person.name,
        "pinyin": person.pinyin,
        "sex": person.sex,
        "birth_date": person.birth_date,
        "nationality": person.nationality,
        "ethnicity": person.ethnicity,
        "document_kind": person.document_kind,
        "id_number": id_number if owner.is_whole else mask_id_number(id_number),
        "phone": phone if owner.is_whole else mask_phone(phone),
        "email": person.email,
    }


def affiliation_records(owner: Owner, _since: datetime | None) -> Iterator[dict[str, Any]]:
    for one in Affiliation.objects.filter(person_id=owner.person_id).select_related("unit").order_by("-starts_on"):
        yield {
            "kind": one.kind,
            "campus_no": one.campus_no,
            "unit": one.unit.name if one.unit else "",
            "category": one.category_name,
            "status": one.status_name,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
            "state": one.state,
        }


def own_value_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    found = own_values(owner.person_id)
    for one in found.filter(said_at__gte=since) if since else found:
        yield {
            "field": str(one.get_field_display()),
            "value": one.value,
            "said_at": one.said_at,
            "ended_at": one.ended_at,
        }
