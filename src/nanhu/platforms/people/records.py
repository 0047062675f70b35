"""Records and results of the bulk import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class AffiliationRecord:
    """What a source says of one campus number. None means "says nothing", and leaves what is there. `is_unnamed`: it is over only
    because the source's lists name it no more; the next that does, even without a word on its state, brings it back."""

    kind: str
    campus_no: str
    starts_on: date
    unit_code: str | None = None
    category: str | None = None
    category_name: str | None = None
    status_name: str | None = None
    ends_on: date | None = None
    state: str | None = None
    is_unnamed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """What a source says of one person. `key` is the caller's own handle; `person_id` None makes a new person."""

    key: str
    person_id: int | None = None
    name: str | None = None
    sex: str | None = None
    birth_date: date | None = None
    nationality: str | None = None
    ethnicity: str | None = None
    document_kind: str | None = None
    id_number: str | None = None
    phone: str | None = None
    email: str | None = None
    affiliations: tuple[AffiliationRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRecord:
    code: str
    name: str
    short_name: str = ""
    kind: str = ""
    parent_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where records come from. `precedence` lists for a field the sources that may set it, strongest first; a source
    that is not listed never overrules one that is. A field without a list goes to whoever speaks last."""

    source: str
    title: str
    batch_no: int | None = None
    precedence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that changes (or would). Sensitive values are masked."""

    key: str
    person_id: int | None
    campus_no: str
    name: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outvoted:
    """A source said otherwise than a stronger one: the golden value stays."""

    key: str
    person_id: int
    field: str
    kept: str
    kept_source: str
    offered: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyResult:
    """Counts of persons; `person_ids` by the caller's keys (without the new ones in a dry run)."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    affiliations_started: int = 0
    affiliations_changed: int = 0
    affiliations_ended: int = 0
    person_ids: Mapping[str, int] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    outvoted: tuple[Outvoted, ...] = ()
    change_set_id: int | None = None
