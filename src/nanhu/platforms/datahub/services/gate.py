"""The gate (放行): before anything golden is written, what a file would do is measured against what stands and against the last one.

Green goes by itself, amber waits for a steward, red for two. Limits are dated rules (`GateLimit`); shares of few rows say nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from statistics import median
from typing import Any, Final

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.dated import rules_on
from nanhu.platforms.datahub.models import Batch, GateLimit, Level, LimitNotice, LimitRequest
from nanhu.platforms.datahub.services import owners
from nanhu.platforms.datahub.services.judging import Judged
from nanhu.platforms.people import api as people

MEASURES: Final = GateLimit.Measure
NUMBERS: Final = ("amber", "red", "amber_rows")
FEWEST: Final = 50
"""Of fewer than these a share says little: only where it is of so many rows (`FEW_MOST`) and so large (`FEW_SHARE`)."""
FEW_MOST: Final = 5
FEW_SHARE: Final = 300
A_DAY: Final = timedelta(days=1)
USUAL: Final = 5
"""So many files say what is usual."""
SAME_MOST: Final = 0.9
"""A column filled in fewer lines than this, where it was filled in more before, has been cleared."""
IDENTITY: Final = frozenset(
    {
        "identity_contradicts",
        "conflicting_evidence",
        "campus_no_taken",
        "document_changed",
        "document_transposed",
        "decided_different",
        "name_mismatch",
    }
)
BIRTH: Final = frozenset({"birth_contradicts", "sex_contradicts"})
FAULTS: Final = frozenset({MEASURES.REFUSED.value, MEASURES.BIRTH.value, MEASURES.IDENTITY.value})
SUMMED: Final = frozenset(
    {MEASURES.NEW.value, MEASURES.NAME.value, MEASURES.ENDED.value, MEASURES.CHANGED.value, MEASURES.IDENTITY.value}
)
"""What small files may not do together that one file may not do alone."""
ORDER: Final = (Level.GREEN.value, Level.AMBER.value, Level.RED.value)


@dataclass(frozen=True, slots=True)
class Measured:
    """`count` of `base`; `column`: of ours, where it is of one; `before` and `now`: the rows of the last file and of this one;
    `files`: how many of the last day's it is summed over; `of`: what is counted, where it is not people."""

    measure: str
    count: int
    base: int
    column: str = ""
    level: str = Level.GREEN.value
    before: int = 0
    now: int = 0
    files: int = 1
    of: str = ""

    @property
    def thousandths(self) -> float:
        return self.count * 1000 / max(self.base, 1)


def limits_of(source: str) -> dict[str, GateLimit]:
    """By which its files are measured: those in force, but where one was loosened and the office whose they are has not seen that yet, what
    held before."""
    limits = limits_in_force(source)
    of_whom = {measure: limit.source for measure, limit in limits.items()}
    for one in reversed(unseen_by_owner(source)):
        if of_whom.get(one.measure) == one.source:
            limits[one.measure] = stricter(limits[one.measure], one.before)
    return limits


def limits_in_force(source: str) -> dict[str, GateLimit]:
    """Those of the source before those of all."""
    found = rules_on(GateLimit.objects.filter(source__in=["", source]), campus_today()).order_by("source")
    return {limit.measure: limit for limit in found}


def unseen_by_owner(source: str) -> list[LimitRequest]:
    """What was loosened for it, and waits to be seen by an office that can speak; nobody waits for one that cannot."""
    waiting = LimitNotice.waiting().filter(request__source__in=["", source]).select_related("request", "unit")
    notices = list(waiting.order_by("pk"))
    owner = owners.unit_of(source) if notices else None
    concerned = [one for one in notices if one.request.source or one.unit_id == owner]
    able = {unit.pk for unit in {one.unit for one in concerned} if owners.speaking_for(unit).accounts}
    return [one.request for one in concerned if one.unit_id in able]


def stricter(limit: GateLimit, before: Mapping[str, Any]) -> GateLimit:
    """Not to be saved: of each number the lower, and the source's own only where it was its own before (else a table that is known to change
    much is measured by what it is known for)."""
    held = copy(limit)
    held.source = before["source"]
    for name in NUMBERS:
        value, now_value = before[name], getattr(held, name)
        setattr(held, name, value if now_value is None else now_value if value is None else min(now_value, value))
    return held


def look(
    batch: Batch,
    rows: Sequence[Judged],
    alone: Sequence[Measured],
    filled: Mapping[str, int],
    *,
    living: int,
    has_columns: bool = True,
) -> None:
    """Write into the batch what follows from what was measured: of its people, and (`has_columns`) of its columns."""
    last = last_of(batch)
    columns = measured_columns(batch, last, rows, filled) if has_columns else ()
    found = [*alone, *summed_over_a_day(batch, alone, living), *columns]
    limits = limits_of(batch.source)
    usual = usual_of(batch)
    levels = [(one, level_of(one, limits.get(one.measure), usual, is_first=last is None)) for one in found if one.count]
    before, now_rows = (last.counts.get("rows", 0) if last else 0), sum(row.state != "skipped" for row in rows)
    listed = [asdict(one) | {"level": level, "before": before, "now": now_rows} for one, level in levels]
    batch.gate = [one for one in listed if one["level"] != Level.GREEN]
    batch.gate_level = max((level for _one, level in levels), key=ORDER.index, default=Level.GREEN.value)


def replayed(batch: Batch, rows: Sequence[Judged], result: people.ApplyResult, living: int) -> list[dict[str, Any]]:
    """What refused rows would do when they are played again, among all who stand; of few, nothing is said."""
    if len(rows) < FEWEST:
        return []
    limits = limits_of(batch.source)
    found = [one for one in measured_people(rows, result, 0, 0, living) if one.measure not in FAULTS and one.count]
    among = [replace(one, base=max(one.base, living)) for one in found]
    levels = [(one, level_of(one, limits.get(one.measure), {}, is_first=False)) for one in among]
    return [
        asdict(one) | {"level": level, "before": 0, "now": len(rows)} for one, level in levels if level != Level.GREEN
    ]


def summed_over_a_day(batch: Batch, alone: Iterable[Measured], living: int) -> Iterable[Measured]:
    """With what its other files of the last day did that nobody was asked about, among all who live by that affiliation."""
    applied = Batch.objects.filter(source=batch.source, state=Batch.State.APPLIED, is_released=False)
    earlier = applied.filter(finished_at__gt=now() - A_DAY).exclude(id=batch.id).values_list("counts__did", flat=True)
    listed = [one for one in earlier if one] if living >= FEWEST else []
    before = Counter[str]()
    for one in listed:
        before.update(one)
    for one in alone:
        if one.count and (told := before[f"{one.measure}/{one.column}"]):
            yield replace(one, count=one.count + told, base=max(living, one.base), files=len(listed) + 1)


def done_by(found: Iterable[Measured]) -> dict[str, int]:
    """For the files of the next day."""
    return {f"{one.measure}/{one.column}": one.count for one in found if one.measure in SUMMED and one.count}


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the gate said when somebody let the file pass."""

    level: str
    gate: Sequence[Mapping[str, Any]]


def is_open(batch: Batch, agreed: Agreed | None) -> bool:
    """Green, or no worse than what was agreed to: since that day other files came, and what it would do may be another."""
    if batch.gate_level == Level.GREEN:
        return True
    if agreed is None:
        return False
    before = {(one["measure"], one["column"], one["files"] > 1): one for one in agreed.gate}
    limits, grown = limits_of(batch.source), False
    for one in batch.gate:
        old, limit = before.get((one["measure"], one["column"], one["files"] > 1)), limits.get(one["measure"])
        one["agreed"] = old["count"] if old else 0
        grown |= old is None or limit is None or is_grown(one, old, limit)
    return not grown and ORDER.index(batch.gate_level) <= ORDER.index(agreed.level)


def is_grown(one: Mapping[str, Any], old: Mapping[str, Any], limit: GateLimit) -> bool:
    """By more than what would hold a file of its own."""
    share = one["count"] * 1000 / max(one["base"], 1) - old["count"] * 1000 / max(old["base"], 1)
    return share > limit.amber or (limit.amber_rows is not None and one["count"] - old["count"] > limit.amber_rows)


def last_of(batch: Batch) -> Batch | None:
    applied = Batch.objects.filter(source=batch.source, state=Batch.State.APPLIED).exclude(id=batch.id)
    return applied.defer("gone", "differences").order_by("-finished_at").first()


def usual_of(batch: Batch) -> dict[str, float]:
    """The faults that its last files had, which went by themselves."""
    applied = Batch.objects.filter(source=batch.source, state=Batch.State.APPLIED, gate_level=Level.GREEN)
    last = applied.exclude(id=batch.id).order_by("-finished_at").values_list("counts__measured", flat=True)[:USUAL]
    found = [one for one in last if one]
    return {measure: median(one.get(measure, 0) for one in found) for measure in FAULTS} if found else {}


def measured_people(
    rows: Sequence[Judged], result: people.ApplyResult, gone: int, standing: int, living: int
) -> Iterable[Measured]:
    """`standing`: of a whole list, who stands by its word; `living`: by anybody's word, before the file."""
    listed = [row for row in rows if row.state != "skipped"]
    codes = Counter(code for row in listed for code in {finding.code for finding in row.findings})
    fields = Counter((one.field, one.person_id) for one in result.differences)
    changed = Counter(name for name, _person in fields)
    told = max(len(listed), 1)
    known = len({row.token for row in listed if row.token and row.token > 0})
    yield Measured(MEASURES.GONE.value, gone, standing)
    if living >= FEWEST:
        yield Measured(MEASURES.NEW.value, result.created, max(living, told))
    yield Measured(MEASURES.NAME.value, changed["name"], known)
    yield Measured(MEASURES.ENDED.value, result.affiliations_ended, max(known, standing))
    for name, count in changed.items():
        if name != "name":
            yield Measured(MEASURES.CHANGED.value, count, known, name)
    yield Measured(MEASURES.REFUSED.value, sum(row.state == "rejected" for row in listed), told)
    yield Measured(MEASURES.BIRTH.value, sum(codes[code] for code in BIRTH), told)
    yield Measured(MEASURES.IDENTITY.value, sum(codes[code] for code in IDENTITY), told)


def measured_columns(
    batch: Batch, last: Batch | None, rows: Sequence[Judged], filled: Mapping[str, int]
) -> Iterable[Measured]:
    """Against the last file: columns that are not there any more, and columns that are empty now."""
    if last is None or not last.counts.get("filled"):
        return
    lost = last.columns.keys() - batch.columns.keys()
    yield Measured(MEASURES.HEADING.value, len(lost), len(last.columns), "、".join(sorted(lost)))
    told, before = max(sum(row.state != "skipped" for row in rows), 1), max(last.counts.get("rows", 0), 1)
    for name, count in last.counts["filled"].items():
        share = count / before
        if name in batch.columns and filled.get(name, 0) < share * SAME_MOST * told:
            yield Measured(MEASURES.CLEARED.value, round(share * told) - filled.get(name, 0), told, name)


def filled_in(batch: Batch, rows: Iterable[Judged]) -> dict[str, int]:
    """How many lines say something in each column."""
    return dict(Counter(name for row in rows for name in row.filled if name in batch.columns))


def level_of(one: Measured, limit: GateLimit | None, usual: Mapping[str, float], *, is_first: bool) -> str:
    """Faults that its last files had as well are not news, as far as they are no more than what holds a file. The first file
    of a source has nothing beside it: red alone holds it. Of few rows, many of them are seen."""
    if limit is None:
        return Level.GREEN.value
    if one.base < FEWEST and one.measure != MEASURES.HEADING:
        is_much = one.count >= FEW_MOST and one.thousandths > max(FEW_SHARE, limit.amber)
        return Level.AMBER.value if is_much and not is_first else Level.GREEN.value
    share = one.thousandths - min(usual.get(one.measure, 0), limit.amber)
    if share > limit.red:
        return Level.RED.value
    is_many = limit.amber_rows is not None and one.count > limit.amber_rows
    return Level.AMBER.value if not is_first and (is_many or share > limit.amber) else Level.GREEN.value


def usual_faults(found: Iterable[Measured]) -> dict[str, float]:
    """In thousandths, for the next file."""
    return {one.measure: round(one.thousandths, 1) for one in found if one.measure in FAULTS}
