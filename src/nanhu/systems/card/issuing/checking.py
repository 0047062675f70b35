"""Are the rows of a form right? Each fault is a sentence beside its column; the batch waits until there is none."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_today
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.layout import (
    DOCUMENT_KINDS,
    KEYS,
    NUMBER_NAMES,
    PASSPORT,
    RESIDENT_ID,
    SEXES,
    categories_of,
    needed_of,
)
from nanhu.systems.card.issuing.models import OrderRow

RESIDENT: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")
OTHER_DOCUMENT: Final = re.compile(r"[0-9A-Z()\-/]{5,24}")
CAMPUS_NO: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{1,19}")
PICTURE_ENDINGS: Final = (".jpg", ".jpeg")
LONGEST_STAY: Final = timedelta(days=3 * 366)
TEMPORARY_EMPLOYEE: Final = "临聘"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`person_id` is the record the row speaks of, None for somebody the school does not know yet."""

    errors: Mapping[str, str] = field(default_factory=dict)
    person_id: int | None = None


class Known:
    """What the checks of a whole form need, read once."""

    def __init__(self, rows: Sequence[Mapping[str, str]]) -> None:
        numbers = {spelling for row in rows for spelling in spellings(row.get("campus_no", ""))}
        self.holders = people.find_people_by_campus_no(sorted(numbers))
        self.persons = people.person_cards(set(self.holders.values()))
        self.units = {name for _code, whole, short in people.unit_names() for name in (whole, short) if name}
        self.units |= {code for code, _whole, _short in people.unit_names()}
        held = OrderRow.objects.filter(person_id__in=self.persons, state="handed", card__state__in=["issued", "lost"])
        self.with_plastic = set(held.values_list("person_id", flat=True))
        self.in_making = {row.person_id: row.order for row in rows_in_making(self.persons)}
        self.numbers = Counter(row.get("campus_no", "").upper() for row in rows if row.get("campus_no"))
        self.documents = Counter(people.normalise_document(row.get("document", "")) for row in rows)


def rows_in_making(person_ids: Iterable[int]) -> QuerySet[OrderRow]:
    """Whose card is asked for by an order that went off, and not handed over yet."""
    rows = OrderRow.objects.filter(person_id__in=list(person_ids), state__in=["waiting", "made"])
    return rows.filter(order__state__in=["submitted", "approved", "accepted", "made"]).select_related("order")


def spellings(number: str) -> set[str]:
    text = people.halfwidth(number).strip()
    return {text, text.upper(), text.lower()} - {""}


def judge_all(card_class: str, rows: Sequence[Mapping[str, str]], *, is_batch: bool = True) -> list[Verdict]:
    known = Known(rows)
    return [judge(card_class, row, known, is_batch=is_batch) for row in rows]


def judge(card_class: str, row: Mapping[str, str], known: Known, *, is_batch: bool) -> Verdict:
    errors = shape_errors(card_class, row, is_batch=is_batch)
    person_id = next((known.holders[one] for one in spellings(row["campus_no"]) if one in known.holders), None)
    if row["unit"] not in known.units:
        errors.setdefault("unit", _("没有叫这个名字的部门"))
    if row["campus_no"] and known.numbers[row["campus_no"].upper()] > 1:
        errors.setdefault("campus_no", _("这一批里重复"))
    if row["document"] and known.documents[people.normalise_document(row["document"])] > 1:
        errors.setdefault("document", _("这一批里重复"))
    errors = identity_errors(card_class, row, known, person_id) | errors
    return Verdict(errors=errors, person_id=person_id)


def shape_errors(card_class: str, row: Mapping[str, str], *, is_batch: bool) -> dict[str, str]:
    needed = needed_of(card_class, is_batch=is_batch)
    errors = {key: _("没有填") for key in KEYS if key in needed and not row[key]}
    faults: dict[str, Callable[[str], str]] = {
        "sex": lambda text: "" if text in SEXES else _("只能是男或女"),
        "document_kind": lambda text: "" if text in DOCUMENT_KINDS else _("不在证件类型表里"),
        "document": lambda text: document_fault(row["document_kind"], text),
        "category": lambda text: category_fault(card_class, text),
        "phone": lambda text: "" if people.is_phone(text) else _("不是手机号码"),
        "campus_no": lambda text: "" if CAMPUS_NO.fullmatch(text) else _("只能是字母和数字"),
        "valid_until": day_fault,
        "photo_name": lambda _text: photo_name_fault(card_class, row),
    }
    told = {key: fault(row[key]) for key, fault in faults.items() if row[key]}
    return errors | {key: why for key, why in told.items() if why}


def category_fault(card_class: str, text: str) -> str:
    known = categories_of(card_class)
    return "" if text in known else _("这类卡的人员类别是：%s") % "、".join(known)


def document_fault(kind: str, number: str) -> str:
    text = people.normalise_document(number)
    if kind == RESIDENT_ID:
        if not RESIDENT.fullmatch(text):
            return _("身份证号应是 18 位")
        return "" if people.id_check_character(text[:17]) == text[17] else _("身份证号校验位不对")
    return "" if OTHER_DOCUMENT.fullmatch(text) else _("证件号的写法不对")


def kind_of_document(number: str) -> str:
    """What a number on record most likely stands on; the form lets it be changed."""
    return RESIDENT_ID if RESIDENT.fullmatch(people.normalise_document(number)) else PASSPORT


def day_fault(text: str) -> str:
    day = day_of(text)
    if day is None:
        return _("日期写成 2026-12-31")
    if day < campus_today():
        return _("已经过去了")
    return _("最长三年") if day > campus_today() + LONGEST_STAY else ""


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
    except ValueError:
        return None


def photo_stem(card_class: str, row: Mapping[str, str]) -> str:
    """The naming rules (manual §5.4.5): 学号, 教职工号, 编码; 姓名 for ordinary cards of others than 临聘."""
    if card_class == "ordinary" and row["category"] != TEMPORARY_EMPLOYEE:
        return row["name"]
    return row["campus_no"] or row["name"]


def photo_name_fault(card_class: str, row: Mapping[str, str]) -> str:
    name, stem = row["photo_name"], photo_stem(card_class, row)
    given = name.rpartition(".")[0] if name.lower().endswith(PICTURE_ENDINGS) else name
    if given.lower() == stem.lower():
        return ""
    by_name = card_class == "ordinary" and row["category"] != TEMPORARY_EMPLOYEE
    return _("照片要以%(what)s命名：%(stem)s.jpg") % {
        "what": _("姓名") if by_name else NUMBER_NAMES[card_class],
        "stem": stem,
    }


def identity_errors(card_class: str, row: Mapping[str, str], known: Known, person_id: int | None) -> dict[str, str]:
    """Students and staff must be in the golden record; who is there must be the one the row says."""
    if person_id is None:
        must_be_known = card_class != "ordinary" and row["campus_no"]
        return {"campus_no": _("名册里没有这个号，请先由教务处或人事处登记")} if must_be_known else {}
    person, errors = known.persons[person_id], {}
    if not any(tie.is_live for tie in person.affiliations):
        errors["campus_no"] = _("这个人已经离校")
    if person_id in known.with_plastic:
        errors["campus_no"] = _("已经有卡，丢了或坏了请办补卡")
    if (order := known.in_making.get(person_id)) is not None:
        told = {"number": order.number, "title": order.title}
        errors["campus_no"] = _("已经在制卡单 %(number)s（%(title)s）里，一人只制一张") % told
    if people.normalise_name(row["name"]) != people.normalise_name(person.name):
        errors["name"] = _("与名册里这个号的姓名不一样")
    elif row["document"] and not people.matches_identity(
        person_id=person_id, name=row["name"], id_number=row["document"]
    ):
        errors["document"] = _("与名册里的证件号不一样")
    return errors
