"""Pure rules of eduPerson: what the school's kinds of people are called in it, and how a name falls into two."""

from collections.abc import Iterable

from nanhu.platforms.people import api as people

FACULTY_WORDS = ("教师", "专任", "教授", "讲师", "助教")
GRADUATED, ALUMNUS = "毕业", "alumnus"


def affiliations(held: Iterable[people.AffiliationCard]) -> list[str]:
    """Values of eduPersonAffiliation: 教师 → faculty, 其他教职工 → staff, 学生 → student, 毕业 → alum, 临时 → affiliate."""
    values = [value for one in held for value in values_of(one)]
    return list(dict.fromkeys(values))


def values_of(one: people.AffiliationCard) -> list[str]:
    if not one.is_live:
        return ["alum"] if one.kind == "student" and GRADUATED in one.status_name else []
    if one.kind == "guest":
        return ["alum"] if one.category == ALUMNUS else ["affiliate"]
    if one.kind == "staff":
        teaches = any(word in one.category_name for word in FACULTY_WORDS)
        return ["faculty" if teaches else "staff", "employee", "member"]
    return ["student", "member"] if one.kind == "student" else ["affiliate"]


def surname(name: str) -> list[str]:
    return [parts_of(name)[0]]


def given_name(name: str) -> list[str]:
    return [parts_of(name)[1]]


def parts_of(name: str) -> tuple[str, str]:
    """欧阳修文 → (欧阳, 修文); Anna Petrova → (Petrova, Anna); 阿依古丽·买买提 → (买买提, 阿依古丽)."""
    for mark in ("·", " "):
        if mark in name.strip():
            given, _mark, family = name.strip().rpartition(mark)
            return family.strip(), given.strip()
    return people.split_surname(name)
