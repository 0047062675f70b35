"""The fields of 个人信息 that can be corrected, what they say of somebody now, and who answers for each."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Viewer
from nanhu.platforms.flows import api as flows
from nanhu.platforms.portal.errors import NoSuchNumberError
from nanhu.platforms.portal.models import Correction, FieldOwner

FIELDS: Final[dict[str, str | Promise]] = {
    "people.name": _("姓名"),
    "people.campus_no": _("学号、工号"),
    "people.unit": _("单位"),
    "people.status": _("状态"),
    "people.photo": _("照片"),
}
OF_A_NUMBER: Final = frozenset({"people.unit", "people.status"})
"""Each campus number has its own."""
RESOLVER: Final = "portal.field_owner"
APPEAL_RESOLVER: Final = "portal.appeal_of_field"
HEAD: Final = "head"


def choices() -> list[tuple[str, str | Promise]]:
    return list(FIELDS.items())


def reader_of(person_id: int) -> Viewer:
    """Reads somebody's own facts, also of a leaver who signs in no more."""
    return Viewer(account_id=0, person_id=person_id, name="", campus_no="", faces=frozenset(), face="")


def values_for(viewer: Viewer) -> dict[str, dict[str, str]]:
    """What each field says, by the campus number whose it is; by "" what is of the person."""
    found: dict[str, dict[str, str]] = {key: {} for key in FIELDS}
    for source in registry.personal_facts:
        for fact in source.load(viewer):
            field, _colon, number = fact.key.partition(":")
            if field in found:
                found[field][number] = str(fact.value)
    return found


def value_of(person_id: int, field: str, number: str) -> str | None:
    """What a field says of the identity with this number. None where that cannot be told: it has no such number, or no number was given
    and there are several. Of the numbers themselves, all: one that is corrected is not there any more. In one language, whoever asks."""
    with translation.override(settings.LANGUAGE_CODE):
        said = values_for(reader_of(person_id)).get(field, {})
    if field == "people.campus_no":
        return "、".join(sorted(said)) or None
    return said.get(number) if number else next(iter(said.values())) if len(said) == 1 else None


def number_in(data: Mapping[str, Any]) -> str:
    """Whose of several identities it is. A name and a photo are the person's, whatever is written there."""
    field, number = str(data.get("what", "")), str(data.get("number") or "")
    return number if field in OF_A_NUMBER or field == "people.campus_no" else ""


def is_readable(person_id: int, field: str, number: str) -> bool:
    """Whether it can ever be seen that this was mended: the number is one of his own, and named where he has several."""
    told = values_for(reader_of(person_id))
    numbers = told["people.campus_no"].keys()
    if number:
        return number in numbers
    return field not in OF_A_NUMBER or len(told.get(field, {})) <= 1


def refuse_made_up(person_id: int, data: Mapping[str, Any]) -> None:
    if not is_readable(person_id, str(data.get("what", "")), str(data.get("number") or "")):
        raise NoSuchNumberError


def owners_of(case: flows.Case) -> Iterable[flows.PostAt]:
    """The post that answers for the field; nobody named: the owner of the process."""
    found = FieldOwner.objects.filter(field=case.data.get("what", ""))
    return [flows.PostAt(unit_id=one.unit_id, office=one.office) for one in found]


def judges_of(case: flows.Case) -> Iterable[flows.PostAt]:
    """Who looks at a refusal again: the head of the unit that owns the process, and where that unit refused itself, the head of the one above."""
    refused = Correction.objects.filter(case_id=int(case.subject_id)).first()
    owner = case.definition.unit
    if owner is not None and refused is not None and refused.unit_id in {None, owner.pk}:
        owner = owner.parent or owner
    return [flows.PostAt(unit_id=owner.pk, office=HEAD)] if owner else []


flows.choice_lists["portal.fields"] = choices
flows.resolvers[APPEAL_RESOLVER], flows.resolver_names[APPEAL_RESOLVER] = judges_of, _("受理申诉的负责人")
flows.resolvers[RESOLVER], flows.resolver_names[RESOLVER] = owners_of, _("这一项的负责部门")
