"""Declarations of shared tables, read from `shared/*.toml` and held against each other when the program starts."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from django.core.exceptions import ImproperlyConfigured
from msgspec import Meta

from nanhu.kernel.crypto import mask_id_number, mask_mail, mask_name, mask_phone
from nanhu.platforms.datahub.codes import TABLES as CODE_TABLES
from nanhu.platforms.datahub.codes import code_table, spelling

type Type = Literal["text", "integer", "date", "moment", "boolean", "code"]
FOLDER: Final = Path(__file__).parent
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
KEY: Final = re.compile(r"[a-z]+\.[a-z_]{1,40}")
LONGEST: Final = 255
"""As many as the database's regular expressions count."""
KEY_ENDS: Final = "\x1f"
"""Between the values of a key of several fields; no value holds a control character."""
MOST_PERCENT: Final = 100
PERSON: Final = "campus_no"
"""The name of every field that says whose a row is: rows are found by it through an index."""
SOONEST_FORGOTTEN: Final = 30
READABLE: Final = r"^[^\x00-\x1f\x7f\ud800-\udfff\ufffd]*\Z"
"""U+FFFD stands where bytes were no text."""
MASKS: Final[Mapping[str, Callable[[str], str]]] = {
    "name": mask_name,
    "number": mask_id_number,
    "phone": mask_phone,
    "mail": mask_mail,
    "year": lambda text: f"{text[:4]}-**-**",
}
PLAIN: Final[Mapping[str, Any]] = {
    "text": str,
    "integer": int,
    "date": date,
    "moment": datetime,
    "boolean": bool,
    "code": str,
}


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """`alias` is the column's name in the ministry's manner (XH); `codes` are the values of a code, or `code_table` lists them.
    `pattern`: what a text in capitals fits as a whole. `mask`: how it is shown where a grant gives it masked (脱敏).
    `forget_days`: so many days after a version of a row ended, what it said of this field is forgotten (`forgetting`); 0: never."""

    name: str
    label: str
    type: Type
    alias: str = ""
    unit: str = ""
    longest: int = 0
    pattern: str = ""
    mask: str = ""
    required: bool = False
    sensitive: bool = False
    codes: dict[str, str] = {}
    code_table: str = ""
    forget_days: int = 0

    @cached_property
    def values(self) -> Mapping[str, str]:
        """Of a code: its values with their names."""
        if not self.code_table:
            return self.codes
        return {one.code: one.name for one in code_table(self.code_table).codes.values()}

    @cached_property
    def spellings(self) -> Mapping[str, str]:
        """Of a code: its values by themselves and by their names; of two that are written alike the first."""
        pairs = [(spelling(text), code) for code, name in self.values.items() for text in (code, name)]
        return dict(reversed(pairs))

    @property
    def annotation(self) -> Any:
        """The type that a value is held to when it is written."""
        if self.type == "code":
            return Literal[tuple(self.values)]
        if self.type == "text":
            pattern = rf"^(?:{self.pattern})\Z" if self.pattern else READABLE
            return Annotated[
                str, Meta(min_length=1 if self.required else None, max_length=self.longest, pattern=pattern)
            ]
        if self.type == "integer":
            return Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
        if self.type == "moment":
            return Annotated[datetime, Meta(tz=True)]
        return PLAIN[self.type]

    def faults(self) -> Iterable[str]:
        if not NAME.fullmatch(self.name):
            yield f"the name {self.name!r} is not of small letters, digits and _"
        if (self.type == "text") != (0 < self.longest <= LONGEST):
            yield f"{self.name}: a text, and nothing else, says how long it may be (1 to {LONGEST})"
        if (self.type == "code") != (bool(self.codes) != bool(self.code_table)):
            yield f"{self.name}: a code, and nothing else, has codes or a code_table"
        if self.pattern and self.type != "text":
            yield f"{self.name}: only a text has a pattern"
        if self.mask and self.mask not in MASKS:
            yield f"{self.name}: there is no mask {self.mask!r}; there are {', '.join(MASKS)}"
        if self.code_table and self.code_table not in CODE_TABLES:
            yield f"{self.name}: there is no code table {self.code_table!r}; there are {', '.join(CODE_TABLES)}"


class SharedTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """`system` is the app in the box that fills it (`derived`: and no source may), `person` the field that says whose each row is, by campus number;
    `others` further fields with campus numbers. `purposes`: those for which its sensitive fields may be read. `when_refused`: what the codes of a row become while its line in a file cannot be read.
    `whole_by`: a whole list is one of those rows alone that share these key fields with a line of it, as a list of one term says
    nothing of another. `turnover`: so many percent of its rows may go on an ordinary day, where that is more than elsewhere.
    `over`: the codes by which a row says that what it tells of has ended, `last_day`: the date field after which it has."""

    key: str
    name: str
    owner: str
    system: str
    keys: list[str]
    fields: list[Field]
    person: str = ""
    others: list[str] = []
    purposes: list[str] = []
    when_refused: dict[str, dict[str, str]] = {}
    whole_by: list[str] = []
    turnover: int = 0
    over: dict[str, list[str]] = {}
    last_day: str = ""
    derived: bool = False

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {one.name: one for one in self.fields}

    @cached_property
    def persons(self) -> tuple[str, ...]:
        """The fields that name people by campus number, also where a row need not name one: whoever is named in what went out is told."""
        own = [PERSON] if PERSON in self.by_name and PERSON not in self.sensitive else []
        return (*own, *self.others)

    @cached_property
    def sensitive(self) -> frozenset[str]:
        return frozenset(one.name for one in self.fields if one.sensitive)

    @cached_property
    def forgetful(self) -> tuple[Field, ...]:
        return tuple(one for one in self.fields if one.forget_days)

    @cached_property
    def moments(self) -> frozenset[str]:
        return frozenset(one.name for one in self.fields if one.type == "moment" and not one.sensitive)

    @cached_property
    def written(self) -> type[msgspec.Struct]:
        """A row as it may be written: required fields, types, lengths, codes; nothing else."""
        first = [(one.name, one.annotation) for one in self.fields if one.required]
        rest = [(one.name, one.annotation | None, None) for one in self.fields if not one.required]
        return msgspec.defstruct("Row", [*first, *rest], frozen=True, forbid_unknown_fields=True, omit_defaults=True)

    @cached_property
    def read(self) -> type[msgspec.Struct]:
        """A row as it is read: what an older declaration did not have is None, what it had besides is left out."""
        return msgspec.defstruct(
            "Row", [(one.name, PLAIN[one.type] | None, None) for one in self.fields], frozen=True, kw_only=True
        )

    def key_of(self, row: Any) -> str:
        return KEY_ENDS.join(str(getattr(row, name)) for name in self.keys)

    def is_over(self, row: Any, today: date) -> bool:
        until = getattr(row, self.last_day) if self.last_day else None
        return (until is not None and until < today) or any(
            getattr(row, name) in ended for name, ended in self.over.items()
        )

    def faults(self) -> Iterable[str]:
        if not KEY.fullmatch(self.key):
            yield f"the key {self.key!r} is not room.table in small letters"
        if len(self.by_name) != len(self.fields):
            yield "a field stands twice"
        for one in self.fields:
            yield from one.faults()
        yield from self.key_faults()
        yield from self.refused_faults()
        yield from self.over_faults()
        yield from self.forget_faults()
        if not self.keys:
            yield "it has no key"
        yield from self.whole_faults()
        if bool(self.sensitive) != bool(self.purposes):
            yield "sensitive fields, and only these, need purposes"
        if self.sensitive and not self.person:
            yield "sensitive fields need a person, for each look is shown to somebody"

    def key_faults(self) -> Iterable[str]:
        for name in (*self.keys, *filter(None, [self.person])):
            found = self.by_name.get(name)
            if found is None or not found.required or found.sensitive or found.type not in {"text", "date"}:
                yield f"the key field {name!r} is not a required, open text or date of it"
        if masked := [name for name in self.keys if name in self.by_name and self.by_name[name].mask]:
            yield f"the key field {masked[0]!r} has a mask, and keys go out as they are"
        for name in self.others:
            if name not in self.by_name or name in self.sensitive or self.by_name[name].type != "text":
                yield f"the field {name!r} that names somebody is not an open text of it"
        if self.person not in {"", PERSON}:
            yield f"the field {self.person!r} that says whose a row is must be named {PERSON!r}"

    def forget_faults(self) -> Iterable[str]:
        """Not before what is measured over days has looked at it; and what a roll-back writes anew may lack it."""
        for one in self.forgetful:
            if (
                one.required
                or one.sensitive
                or one.name in {PERSON, *self.others}
                or one.forget_days < SOONEST_FORGOTTEN
            ):
                yield f"{one.name}: only an optional, open field that names nobody is forgotten, after {SOONEST_FORGOTTEN} days at the soonest"

    def whole_faults(self) -> Iterable[str]:
        if not set(self.whole_by) <= set(self.keys) or not 0 <= self.turnover <= MOST_PERCENT:
            yield "whole_by names key fields, and turnover is a percentage"

    def over_faults(self) -> Iterable[str]:
        for name, ended in self.over.items():
            if name not in self.by_name or not set(ended) <= set(self.by_name[name].values):
                yield f"over: {name!r} is not a code that takes these values"
        if self.last_day and (self.last_day not in self.by_name or self.by_name[self.last_day].type != "date"):
            yield f"last_day: {self.last_day!r} is not a date of it"

    def refused_faults(self) -> Iterable[str]:
        for name, states in self.when_refused.items():
            known = self.by_name[name].values if name in self.by_name else {}
            if not {*states, *states.values()} <= set(known):
                yield f"when_refused: {name!r} is not a code that takes these values"
        if self.when_refused and self.sensitive:
            yield "when_refused is for tables without sensitive fields"


def read_declaration(path: Path) -> SharedTable:
    """Raises ImproperlyConfigured with the file and all that is wrong in it."""
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=SharedTable)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{path.name}: {error}") from error
    faults = [
        *found.faults(),
        *([] if path.stem == found.key else [f"it is named {path.name}, its key is {found.key}"]),
    ]
    if faults:
        raise ImproperlyConfigured(f"{path.name}: {'; '.join(faults)}")
    return found


@cache
def shared_tables() -> Mapping[str, SharedTable]:
    found = [read_declaration(path) for path in sorted(FOLDER.glob("*.toml"))]
    return {one.key: one for one in found}
