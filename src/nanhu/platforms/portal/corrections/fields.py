"""The fields of 个人信息 that can be corrected, what they say of somebody now, and who answers for each."""

from collections.abc import Iterable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Viewer
from nanhu.platforms.flows import api as flows
from nanhu.platforms.identity import api as identity
from nanhu.platforms.portal.models import FieldOwner

FIELDS: Final[dict[str, str | Promise]] = {
    "people.name": _("姓名"),
    "people.campus_no": _("学号、工号"),
    "people.unit": _("单位"),
    "people.status": _("状态"),
    "people.photo": _("照片"),
}
RESOLVER: Final = "portal.field_owner"


def choices() -> list[tuple[str, str | Promise]]:
    return list(FIELDS.items())


def values_of(person_id: int) -> dict[str, list[str]] | None:
    """What each field says of somebody; None where nobody signs in as him, or a source cannot be read: then nothing is concluded."""
    account = identity.account_of(person_id)
    viewer = identity.reader_of(account) if account else None
    return values_for(viewer) if viewer else None


def values_for(viewer: Viewer) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {key: [] for key in FIELDS}
    for source in registry.personal_facts:
        for fact in source.load(viewer):
            if fact.key in found:
                found[fact.key].append(str(fact.value))
    return {key: sorted(values) for key, values in found.items()}


def owners_of(case: flows.Case) -> Iterable[flows.PostAt]:
    """The post that answers for the field; nobody named: the owner of the process."""
    found = FieldOwner.objects.filter(field=case.data.get("what", ""))
    return [flows.PostAt(unit_id=one.unit_id, office=one.office) for one in found]


flows.choice_lists["portal.fields"] = choices
flows.resolvers[RESOLVER] = owners_of
