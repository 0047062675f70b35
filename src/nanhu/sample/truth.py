"""The truth beside the files: who the rows really belong to, what the golden records are, what must be rejected and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from nanhu.sample.survivorship import Golden, Spoken, golden

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from nanhu.sample.persons import Affiliation
    from nanhu.sample.rows import Sheet
    from nanhu.sample.units import Unit

FILE_NAME = "truth.jsonl"
REASONS = {
    "not_a_record": "这一行不是人员记录（重复的表头或合计）",
    "campus_no_missing": "缺少学工号",
    "campus_no_malformed": "学工号格式不对",
    "name_missing": "缺少姓名",
    "name_invalid": "姓名中有丢失或不该有的字符",
    "document_missing": "缺少证件号码",
    "document_precision": "证件号码被表格软件存成了数字，末几位已丢失",
    "document_malformed": "身份证号码位数不对",
    "document_date": "身份证号码中的出生日期不存在",
    "document_checksum": "身份证号码校验位不对",
    "category_unknown": "人员类别为空或不在代码表中",
    "unit_unknown": "部门（班级、上级机构）不在组织机构中",
    "date_invalid": "起始日期为空或无法识别",
    "dates_reversed": "结束日期早于起始日期",
    "campus_no_taken": "该学工号已属于另一人",
    "person_unknown": "学籍名册中没有该学号",
    "name_mismatch": "该学号在学籍名册中是另一个人",
}

type Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class TrueAffiliation:
    kind: str
    campus_no: str
    unit: str
    category: str
    starts_on: str
    ends_on: str | None
    state: str


@dataclass(frozen=True, slots=True)
class TruePerson:
    """One golden record. Dates are ISO text, codes as in the information standard."""

    key: str
    name: str
    sex: str
    birth_date: str | None
    nationality: str | None
    document_kind: str
    document_number: str
    phone: str | None
    ethnic: str | None
    affiliations: tuple[TrueAffiliation, ...]
    rows: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class TrueReject:
    """A row to reject. `mend`: the cells that make it acceptable; `person`: whose row it then is."""

    file: str
    line: int
    code: str
    reason: str
    person: str | None
    mend: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Truth:
    people: tuple[TruePerson, ...]
    rejects: tuple[TrueReject, ...]
    units: tuple[dict[str, Any], ...]


def write_truth(path: Path, *, sheets: Sequence[Sheet], organisation: Sheet, units: Iterable[Unit]) -> tuple[int, int]:
    """The counts of golden records and of rows to reject."""
    people, rejects = list(_people(sheets)), list(_rejects([*sheets, organisation]))
    records = [*people, *rejects, *_units(organisation, units)]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    return len(people), len(rejects)


def _people(sheets: Sequence[Sheet]) -> Iterator[dict[str, Any]]:
    spoken: dict[str, list[Spoken]] = {}
    places: dict[str, list[Place]] = {}
    for sheet in sheets:
        office = sheet.layout.file_name[:3]
        for row in sheet.rows:
            if row.human and not row.fault:
                spoken.setdefault(row.human.key, []).append(Spoken(office, row.claim))
                places.setdefault(row.human.key, []).append((sheet.layout.file_name, row.line))
    for key in sorted(spoken):
        yield _person(key, golden(spoken[key]), places[key])


def _person(key: str, gold: Golden, rows: list[Place]) -> dict[str, Any]:
    claim = gold.claim
    return {
        "record": "person",
        "key": key,
        "name": claim.name,
        "sex": claim.sex or "0",
        "birth_date": _iso(claim.birth_date),
        "nationality": claim.nationality,
        "document_kind": claim.document_kind,
        "document_number": claim.document_number,
        "phone": claim.phone,
        "ethnic": claim.ethnic,
        "affiliations": [_affiliation(one) for one in gold.affiliations],
        "rows": rows,
    }


def _affiliation(one: Affiliation) -> dict[str, str | None]:
    return {
        "kind": one.kind,
        "campus_no": one.campus_no,
        "unit": one.unit,
        "category": one.category,
        "starts_on": _iso(one.starts_on),
        "ends_on": _iso(one.ends_on),
        "state": one.state,
    }


def _rejects(sheets: Iterable[Sheet]) -> Iterator[dict[str, Any]]:
    for sheet in sheets:
        for row in sheet.rows:
            if row.fault:
                yield {
                    "record": "reject",
                    "file": sheet.layout.file_name,
                    "line": row.line,
                    "code": row.fault,
                    "reason": REASONS[row.fault],
                    "person": row.human.key if row.human else None,
                    "mend": {column: _as_text(value) for column, value in row.mend.items()},
                }


def _units(organisation: Sheet, units: Iterable[Unit]) -> Iterator[dict[str, Any]]:
    rows: dict[str, list[Place]] = {}
    for row in organisation.rows:
        rows.setdefault(row.campus_no, []).append((organisation.layout.file_name, row.line))
    for unit in units:
        yield {
            "record": "unit",
            "code": unit.code,
            "name": unit.name,
            "short_name": unit.short_name,
            "parent": unit.parent or None,
            "kind": unit.kind,
            "rows": rows[unit.code],
        }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)


def read_truth(path: Path) -> Truth:
    people, rejects, units = [], [], []
    with path.open(encoding="utf-8") as file:
        for line in file:
            facts = json.loads(line)
            match facts.pop("record"):
                case "person":
                    people.append(_read_person(facts))
                case "reject":
                    rejects.append(TrueReject(**facts))
                case _:
                    units.append(facts)
    return Truth(tuple(people), tuple(rejects), tuple(units))


def _read_person(facts: dict[str, Any]) -> TruePerson:
    facts["affiliations"] = tuple(TrueAffiliation(**one) for one in facts["affiliations"])
    facts["rows"] = tuple((file, line) for file, line in facts["rows"])
    return TruePerson(**facts)
