"""A cleaner in the fewest words, by docs/rooms/sample.md alone: it shows that the truth can be reached from the files.

It reads the files, not the generator's memory. Not for use: no progress, no explanations, all in memory.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from datetime import date, datetime, timedelta

from pypinyin import lazy_pinyin
from python_calamine import CalamineWorkbook

from nanhu.sample.codes import CATEGORY_WORDS, COUNTRIES, ethnic_groups
from nanhu.sample.id_numbers import check_character
from nanhu.sample.names.tables import fold

HR, REGISTER, CONTACTS, TEMPORARY, UNITS = (
    "人事处-教职工名单.xlsx",
    "教务处-学籍名册.csv",
    "学工处-学生联系方式.csv",
    "保卫处-临时人员.csv",
    "组织机构.csv",
)
COLUMNS = {
    "campus_no": ("工号", "学号", "证号", "学生学号"),
    "name": ("姓名", "人员姓名", "学生姓名"),
    "document": ("证件号码", "身份证件号"),
    "document_kind": ("证件类型", "证件种类"),
    "category": ("人员类别", "学生类别", "类型"),
    "unit_code": ("部门代码", "班级代码"),
    "unit_name": ("部门名称", "班级名称", "所在单位"),
    "start": ("来校日期", "入学日期", "有效期起"),
    "end": ("离校日期", "预计毕业日期", "有效期止"),
    "sex": ("性别",),
    "ethnic": ("民族",),
    "country": ("国籍", "国籍地区"),
    "birth": ("出生日期", "出生年月日"),
    "phone": ("手机", "联系电话", "电话", "本人手机"),
    "state": ("在岗状态", "学籍状态"),
}
CATEGORIES = {word: name for name, words in CATEGORY_WORDS.items() for word in (name, *words)}
COUNTRY_OF = {word: code for code, words in COUNTRIES.items() for word in words}
ETHNIC_OF = {
    w: code for code, (letters, name) in ethnic_groups().items() for w in (code, letters, name, name.removesuffix("族"))
}
SEXES = {
    "男": "1",
    "男性": "1",
    "M": "1",
    "1": "1",
    "MALE": "1",
    "女": "2",
    "女性": "2",
    "F": "2",
    "2": "2",
    "FEMALE": "2",
}
STATES = {
    "在读": "active",
    "在职": "active",
    "休学": "suspended",
    "保留入学资格": "suspended",
    "退学": "ended",
    "毕业": "ended",
    "退休": "ended",
    "调出": "ended",
}


def read(sample):
    for file, path, encoding in (
        (HR, sample.staff, ""),
        (REGISTER, sample.students, "gb18030"),
        (TEMPORARY, sample.temporary, "utf-8-sig"),
        (CONTACTS, sample.student_contacts, "gb18030"),
    ):
        if not encoding:
            yield from ((file, line, cells) for line, cells in _workbook(path))
            continue
        with path.open(encoding=encoding, newline="") as text:
            for line, row in enumerate(csv.DictReader(text), start=2):
                yield file, line, row


def _workbook(path):
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("教职工名单").to_python(skip_empty_area=False)
    header, above = rows[3], rows[2]
    names = [low or high for high, low in zip(above, header, strict=True)]
    for line, row in enumerate(rows[4:], start=5):
        cells = dict(zip(names, row, strict=True))
        if not str(cells["工号"]).strip() and not str(cells["姓名"]).strip() and not cells["证件号码"]:
            return
        yield line, cells


def plain(value) -> str:
    """Half-width, no blanks, no mark that forces text."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value))).lstrip("'‘`") if value not in (None, "") else ""


def clean_name(value) -> str:
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(value or "")).replace("\u30fb", "·")).strip()
    if re.fullmatch(r"[A-Za-z' ?-]*", text):
        return text
    text = re.sub(r"(?<=[^\x00-\x7f])[.．•‧・·](?=[^\x00-\x7f])", "·", text.replace(" ", ""))
    return re.sub(r"(\((大|小|男|女|\d)\)|\d)$", "", text)


def clean_date(value) -> date | None:
    if isinstance(value, datetime | date):
        return value.date() if isinstance(value, datetime) else value
    text = plain(value)
    if re.fullmatch(r"\d{5}", text):
        return date(1899, 12, 30) + timedelta(days=int(text))
    match = re.fullmatch(r"(\d{4})(?:(\d{2})(\d{2})?|[-./年](\d{1,2})(?:月|[-./月](\d{1,2})日?)?)", text)
    if not match:
        return None
    year, month, day = match[1], match[2] or match[4], match[3] or match[5] or "1"
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def clean_phone(value) -> str | None:
    text = re.sub(r"^(\+?86|0086)(?=1)", "", plain(value).split("/")[0].replace("-", ""))
    return text if re.fullmatch(r"1[3-9]\d{9}", text) else None


def clean_document(value, kind_word):  # noqa: PLR0911  one line per published rule
    """(kind, number, fault)."""
    text = plain(value).upper()
    if text in {"", "无"}:
        return "", "", "document_missing"
    if "E+" in text or (isinstance(value, int | float) and len(text) > 15):
        return "", "", "document_precision"
    if re.fullmatch(r"[A-Z]{3}\d{12}", text):
        return "foreign_permanent_residence", text, ""
    if re.fullmatch(r"[A-Z]{1,2}\d{6,9}", text) or ("护照" in kind_word or kind_word == "A"):
        return "passport", text, ""
    if re.fullmatch(r"\d{15}", text):
        text = text[:6] + "19" + text[6:]
        text += check_character(text)
    if not re.fullmatch(r"\d{17}[\dX]", text):
        return "", "", "document_malformed"
    if clean_date(text[6:14]) is None:
        return "", "", "document_date"
    if check_character(text[:17]) != text[17]:
        return "", "", "document_checksum"
    kind = (
        "foreign_permanent_residence"
        if text[0] == "9"
        else "hmt_residence_permit"
        if text[:2] in {"81", "82", "83"}
        else "resident_id"
    )
    return kind, text, ""


def clean_campus_no(file, value):
    text = plain(value).upper()
    if not text:
        return "", "campus_no_missing"
    form = {HR: r"\d{1,10}", TEMPORARY: r"L\d{7}"}.get(file, r"\d{11}")
    if not re.fullmatch(form, text):
        return "", "campus_no_malformed"
    return (text.zfill(10) if file == HR else text), ""


def units(path):
    by_code, by_name = {}, {}
    with path.open(encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            code, parent = plain(row["机构代码"]), plain(row["上级机构代码"])
            if not parent or parent in by_code:
                by_code[code] = code
                by_name.setdefault(plain(row["机构名称"]), code)
                by_name.setdefault(plain(row["简称"]), code)
    return by_code, by_name


def clean_row(file, cells, known_units, today):
    """The values and the fault of a row by itself."""
    raw = {field: next((cells[name] for name in names if name in cells), None) for field, names in COLUMNS.items()}
    if raw["name"] in COLUMNS["name"]:
        return {}, "not_a_record"
    campus_no, fault = clean_campus_no(file, raw["campus_no"])
    name = clean_name(raw["name"])
    row = {"campus_no": campus_no, "name": name, "phone": clean_phone(raw["phone"])}
    fault = fault or ("name_missing" if not name else "name_invalid" if re.search(r"[?□]|测试", name) else "")
    if file == CONTACTS or fault:
        return row, fault
    row["kind"], row["document"], fault = clean_document(raw["document"], plain(raw["document_kind"]))
    if fault:
        return row, fault
    row["category"] = CATEGORIES.get(plain(raw["category"]).replace("(", "（").replace(")", "）"))
    by_code, by_name = known_units
    row["unit"] = by_code.get(plain(raw["unit_code"])) or by_name.get(plain(raw["unit_name"]))
    row["start"], row["end"] = clean_date(raw["start"]), clean_date(raw["end"])
    fault = (
        "category_unknown"
        if not row["category"]
        else "unit_unknown"
        if not row["unit"]
        else "date_invalid"
        if not row["start"]
        else "dates_reversed"
        if row["end"] and row["end"] < row["start"]
        else ""
    )
    numbered = len(row["document"]) == 18
    row["sex"] = ("1" if int(row["document"][16]) % 2 else "2") if numbered else SEXES.get(plain(raw["sex"]).upper())
    row["birth_date"] = clean_date(row["document"][6:14]) if numbered else clean_date(raw["birth"])
    row["ethnic"], row["nationality"] = ETHNIC_OF.get(plain(raw["ethnic"])), COUNTRY_OF.get(plain(raw["country"]))
    state = STATES.get(plain(raw["state"])) or ("active" if not row["end"] or row["end"] >= today else "ended")
    row["state"] = state
    return row, fault


class Union:
    def __init__(self):
        self.parent = {}

    def find(self, one):
        while self.parent.setdefault(one, one) != one:
            self.parent[one] = one = self.parent[self.parent[one]]
        return one

    def join(self, one, other):
        self.parent[self.find(other)] = self.find(one)


def alike(one: str, other: str) -> bool:
    a, b = fold(one), fold(other)
    if a == b or lazy_pinyin(a) == lazy_pinyin(b):
        return True
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1


def clean(sample, today):
    """(decided, faults, golden): per row the person or None; per rejected row the code; per campus number the record."""
    known, groups, faults, rows = units(sample.units), Union(), {}, {}
    owners: dict[str, list[dict]] = defaultdict(list)
    for file, line, cells in read(sample):
        row, fault = clean_row(file, cells, known, today)
        place = (file, line)
        if not fault and file != CONTACTS:
            fault = "" if _belongs(owners[row["campus_no"]], row) else "campus_no_taken"
        elif not fault:
            mine = owners[row["campus_no"]]
            fault = (
                "person_unknown"
                if not mine
                else ""
                if any(alike(row["name"], one["name"]) for one in mine)
                else "name_mismatch"
            )
        if fault:
            faults[place] = fault
            continue
        owner = ("campus_no", row["campus_no"])
        groups.join(owner, place)
        if file != CONTACTS:
            groups.join(("document", row["document"]), place)
            owners[row["campus_no"]].append(row)
        rows[place] = row
    decided = {place: groups.find(place) for place in rows} | dict.fromkeys(faults)
    return decided, faults, _golden(rows, decided)


def _belongs(earlier, row):
    return not earlier or any(
        one["document"] == row["document"] or fold(one["name"]) == fold(row["name"]) for one in earlier
    )


def _golden(rows, decided):
    people = defaultdict(list)
    for place, row in rows.items():
        people[decided[place]].append((place[0], row))
    golden = {}
    for mine in people.values():
        person = {"name": _name(mine), "phone": _last(mine, "phone", (HR, CONTACTS, REGISTER, TEMPORARY))}
        for field, column in (
            ("document_kind", "kind"),
            ("document_number", "document"),
            ("sex", "sex"),
            ("birth_date", "birth_date"),
            ("nationality", "nationality"),
            ("ethnic", "ethnic"),
        ):
            person[field] = _last(mine, column, (HR, REGISTER, TEMPORARY))
        person["sex"] = person["sex"] or "0"
        person["birth_date"] = person["birth_date"] and person["birth_date"].isoformat()
        for file, row in mine:
            if file != CONTACTS:
                golden[row["campus_no"]] = person | {
                    "unit": row["unit"],
                    "category": row["category"],
                    "state": row["state"],
                    "starts_on": row["start"].isoformat(),
                    "ends_on": row["end"].isoformat() if row["end"] else None,
                }
    return golden


def _name(mine):
    for office in (HR, REGISTER, TEMPORARY):
        standing = None
        for file, row in mine:
            if file == office and (standing is None or fold(standing) != fold(row["name"])):
                standing = row["name"]
        if standing:
            return standing
    return None


def _last(mine, field, offices):
    for office in offices:
        for file, row in reversed(mine):
            if file == office and row[field] is not None:
                return row[field]
    return None
