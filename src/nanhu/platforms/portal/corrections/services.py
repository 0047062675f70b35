"""Who answers for a field of 个人信息."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.models import FieldOwner


@transaction.atomic
def name_owner(*, by: Actor, field: str, unit_id: int, office: str) -> None:
    """From the next correction on; those that run stay with whom they are."""
    FieldOwner.objects.update_or_create(
        field=field, defaults={"unit_id": unit_id, "office": office, "changed_by_name": by.name}
    )
    audit.record(
        by=by,
        action="portal.name_field_owner",
        target=f"field:{field}",
        facts={"unit_id": unit_id, "office": people.office_names().get(office, office)},
    )
