"""What a grant gives today: its fields and rows, held against the table as it is declared now."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from nanhu.kernel.folding import halfwidth
from nanhu.kernel.ui import words
from nanhu.platforms.datahub.errors import GrantRefusedError
from nanhu.platforms.datahub.models import Grant
from nanhu.platforms.datahub.shared.declarations import MASKS, Field, SharedTable, shared_tables

MOST_VALUES: Final = 200
WHOLE: Final = re.compile(r"-?[0-9]{1,18}", re.ASCII)
BOOLEANS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("是", "true", "yes", "1"), True),
    **dict.fromkeys(("否", "false", "no", "0"), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """`names` in their order, of which `masked` are given masked. `only`: of a field the values that a row may have, as JSON."""

    names: tuple[str, ...]
    masked: Mapping[str, str]
    opens: frozenset[str]
    only: Mapping[str, Sequence[str]]

    @property
    def looks(self) -> frozenset[str]:
        """Sensitive fields in the clear: each look is told."""
        return self.opens - self.masked.keys()

    def given(self, said: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: MASKS[self.masked[name]](str(said[name])) if name in self.masked else said[name]
            for name in self.names
            if name in said
        }


def offer_of(grant: Grant, table: SharedTable) -> Offer | None:
    """None where its rows can be told no more: a field that picks them is gone, or sensitive by now. A field that became
    sensitive goes out no more but for the table's purposes, or masked."""
    if any(name not in table.by_name or name in table.sensitive for name in grant.only):
        return None
    masked = {name: table.by_name[name].mask for name in grant.masked if name in table.by_name}
    names = tuple(one.name for one in table.fields if one.name in grant.fields and may_give(grant, table, one, masked))
    return Offer(
        names=names,
        masked={name: mask for name, mask in masked.items() if name in names},
        opens=table.sensitive & set(names),
        only={name: [json.dumps(value) for value in values] for name, values in grant.only.items()},
    )


def offered(grants: Iterable[Grant]) -> Iterator[tuple[Grant, SharedTable, Offer]]:
    """Of these grants those that give something today."""
    for grant in grants:
        table = shared_tables().get(grant.table_key)
        offer = offer_of(grant, table) if table else None
        if table is not None and offer is not None:
            yield grant, table, offer


def may_give(grant: Grant, table: SharedTable, field: Field, masked: Mapping[str, str]) -> bool:
    """What was to be masked goes out masked or not at all."""
    if field.name in masked:
        return bool(masked[field.name])
    return not field.sensitive or grant.purpose in table.purposes


def conditions(table: SharedTable, only: Mapping[str, Iterable[str]]) -> dict[str, list[Any]]:
    """What a form says of the rows, as values of the fields' own kinds; raises with the first that is none."""
    if sum(len(list(values)) for values in only.values()) > MOST_VALUES:
        raise GrantRefusedError(why=_("最多写 %d 个值") % MOST_VALUES)
    return {name: [value_of(table.by_name[name], text) for text in values] for name, values in only.items()}


def value_of(field: Field, text: str) -> Any:
    """A code also by its name (正常), a boolean as 是 or 否."""
    plain = halfwidth(text).strip()
    found: Any = None
    if field.type == "code":
        names = {words.term(name): code for code, name in field.values.items()} | {
            n: c for c, n in field.values.items()
        }
        found = plain if plain in field.values else names.get(text.strip())
    elif field.type == "integer":
        found = int(plain) if WHOLE.fullmatch(plain) else None
    elif field.type == "boolean":
        found = BOOLEANS.get(plain.lower())
    elif field.type == "date":
        found = day_in(plain)
    elif field.type == "text":
        found = text.strip()[: field.longest] or None
    if found is None:
        known = "、".join(f"{code}（{words.term(name)}）" for code, name in list(field.values.items())[:12])
        raise GrantRefusedError(
            why=_("“%(field)s”没有“%(value)s”这个值%(known)s")
            % {"field": words.term(field.label), "value": text[:40], "known": _("，有：%s") % known if known else ""}
        )
    return found


def day_in(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
