"""What the cases of a process say, as a sheet: a line a case, a column a field. What some steps alone see stands in none of it; document
numbers come along for a purpose alone, and each is a look of which its owner is told."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time
from nanhu.kernel.money import plain_yuan
from nanhu.kernel.ui.words import term
from nanhu.platforms.flows.body import SEALED, Field, fits, open_at
from nanhu.platforms.flows.models import Case, Definition
from nanhu.platforms.flows.presented import cell_words, names_of, words_of

MOST: Final = 10_000
"""The latest so many."""


def cases_of(definition: Definition) -> list[Case]:
    """Each version is read once, for its body is large."""
    rows = Case.objects.filter(definition=definition).prefetch_related("definition", "version")
    return list(rows.order_by("-opened_at", "-pk")[:MOST])


def lines_of(cases: Sequence[Case], *, with_sealed: bool = False) -> Iterator[list[object]]:
    """The heads first. A field keeps its column under every version; the newest says its label."""
    versions = {case.version_id: case.version for case in cases}
    asked = {key: {one.key: one for one in open_at(version.body.fields(), ())} for key, version in versions.items()}
    newest = [asked[version] for version in sorted(asked, reverse=True)]
    fields = {key: field for one in reversed(newest) for key, field in one.items()}
    shown = [key for key, field in fields.items() if with_sealed or field.kind not in SEALED]
    named = names_of([(case, asked[case.version_id].values()) for case in cases])
    heads = [_("编号"), _("申请人"), _("提交"), _("状态"), _("办结")]
    yield [*heads, *(str(term(fields[key].label)) for key in shown)]
    for case in cases:
        sealed = json.loads(case.sealed) if with_sealed and case.sealed else {}
        own = asked[case.version_id]
        said = [cell_of(case, own[key], named, sealed) if key in own else "" for key in shown]
        yield [case.number, case.applicant_name, *standing_of(case), *said]


def standing_of(case: Case) -> list[str]:
    ended = f"{campus_time(case.closed_at):%Y-%m-%d %H:%M}" if case.closed_at else ""
    state = case.get_outcome_display() or case.get_state_display()
    return [f"{campus_time(case.opened_at):%Y-%m-%d %H:%M}", str(state), ended]


def cell_of(case: Case, field: Field, named: Mapping[tuple[str, Any], str], sealed: Mapping[str, Any]) -> str:
    """Sums and numbers as a sheet reckons with them."""
    value = sealed.get(field.key) if field.kind in SEALED else case.data.get(field.key)
    if value in (None, "", []) or not fits(field, value):
        return ""
    match field.kind:
        case "money":
            return plain_yuan(value)
        case "files":
            return "、".join(one["name"] for one in value)
        case "rows":
            return "；".join("，".join(cell_words(one, row.get(one.key)) for one in field.columns) for row in value)
        case _:
            return words_of(field, value, named)


@transaction.atomic
def note_export(*, by: Actor, definition: Definition, cases: Sequence[Case], purpose: str = "") -> None:
    """With a purpose document numbers are among it: a look at each of whom they are."""
    facts = {"flow": definition.name, "todo_count": len(cases)}
    audit.record(by=by, action="flows.export_cases", target=f"process:{definition.key}", reason=purpose, facts=facts)
    audit.record_many(
        audit.Record(
            by=by,
            action="flows.reveal_sealed",
            target=f"person:{case.applicant_id}" if case.applicant_id else f"case:{case.number}",
            reason=f"{case.number}　{purpose}",
        )
        for case in cases
        if purpose and case.sealed
    )
