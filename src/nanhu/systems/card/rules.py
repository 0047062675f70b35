"""Pure rules of the card: classes, validity, who may bring cash. Rulings 5 and 6 of the school are the defaults."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

TEACHER_SUB_CLASSES = frozenset({"正式在编", "人事代理", "劳务派遣"})
STUDENT_SUB_CLASSES = frozenset({"研究生", "统招本科", "专升本", "留学生", "五年制"})
INTERNATIONAL_STUDENT = "留学生"
TEMPORARY_EMPLOYEE = "临聘"
VISITOR_SUB_CLASSES = frozenset({"自聘", "讲学", "公务", "培训", "访问", "交流"})
OTHER = "其他"
SCHOOL_YEAR_END = (8, 31)
LAST_MONTH = timedelta(days=30)
LONGEST_LIFE = timedelta(days=3653)
RANK = {"teacher": 0, "student": 1, "ordinary": 2}


@dataclass(frozen=True, slots=True)
class CardKind:
    card_class: str
    sub_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """What the rules need of an affiliation."""

    kind: str
    category_name: str
    starts_on: date
    ends_on: date | None


def kind_of(tie: Tie) -> CardKind:
    """The class follows the affiliation, the sub-class its category; what no ruling names is "其他". 临聘 is a category of temporary ties
    alone (`person_category.tsv`): they come with the list of temporaries, and a list of staff that names one is refused."""
    if tie.kind == "student":
        return CardKind("student", tie.category_name if tie.category_name in STUDENT_SUB_CLASSES else OTHER)
    if tie.kind == "staff":
        return CardKind("teacher", tie.category_name if tie.category_name in TEACHER_SUB_CLASSES else OTHER)
    ordinary = VISITOR_SUB_CLASSES | {TEMPORARY_EMPLOYEE}
    return CardKind("ordinary", tie.category_name if tie.category_name in ordinary else OTHER)


def leading_tie(ties: Iterable[Tie]) -> Tie | None:
    """Of several living affiliations the one the card follows: teacher before student before ordinary, then the longest."""
    return min(
        ties, key=lambda tie: (RANK[kind_of(tie).card_class], -(tie.ends_on or date.max).toordinal()), default=None
    )


def validity(tie: Tie, today: date) -> tuple[date, date]:
    """A card lives as long as what it stands on, at most about ten years, and at least today.

    A student whose last day nobody has told gets this school year, in its last month already the next one, so that no
    card stops at midnight whose 学籍 lives on; `issuing` moves cards on each night of that month.
    """
    start = min(tie.starts_on, today)
    unknown = school_year_end(today + LAST_MONTH) if tie.kind == "student" else date.max
    end = min(tie.ends_on or unknown, today + LONGEST_LIFE)
    return start, max(end, today)


def school_year_end(today: date) -> date:
    """The last day of the school year `today` lies in."""
    this_year = date(today.year, *SCHOOL_YEAR_END)
    return this_year if today <= this_year else date(today.year + 1, *SCHOOL_YEAR_END)


def may_top_up_with_cash(kind: CardKind) -> bool:
    """Ruling 6: cash is for staff and international students; for others a second clerk must allow it."""
    return kind.card_class == "teacher" or kind == CardKind("student", INTERNATIONAL_STUDENT)
