"""The rights a card may give (权限), and what holds where no rule speaks. A school overrides it in [card.rights]."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.school import school

SUB_CLASSES: dict[str, tuple[str, ...]] = {
    "teacher": ("正式在编", "人事代理", "劳务派遣", "其他"),
    "student": ("研究生", "统招本科", "专升本", "留学生", "五年制", "其他"),
    "ordinary": ("临聘", "自聘", "讲学", "公务", "培训", "访问", "交流", "其他"),
}
CLASSES = tuple(SUB_CLASSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """`given_to`: the classes that have it where no rule says otherwise."""

    name: str | Promise
    given_to: frozenset[str]


MEMBERS = frozenset({"teacher", "student"})
EVERYBODY = frozenset(CLASSES)
RIGHTS: dict[str, Right] = {
    "consume": Right(name=_("消费"), given_to=EVERYBODY),
    "door": Right(name=_("门禁通行"), given_to=EVERYBODY),
    "library": Right(name=_("图书借阅"), given_to=MEMBERS),
    "reading_room": Right(name=_("电子阅览室"), given_to=MEMBERS),
    "lab": Right(name=_("公共机房"), given_to=MEMBERS),
    "clinic": Right(name=_("校内医疗"), given_to=EVERYBODY),
    "deduction": Right(name=_("代扣代缴"), given_to=MEMBERS),
}


def by_default(card_class: str, right: str) -> bool:
    """What holds without a rule; `[card.rights.ordinary] library = true` of the school's file wins over the list here."""
    return school().table(f"card.rights.{card_class}").yes(right, usual=card_class in RIGHTS[right].given_to)


def read_defaults() -> list[bool]:
    """All of them, for the start and the doctor: a class or a right that is not there is refused."""
    school().table("card.rights").only(CLASSES)
    for card_class in CLASSES:
        school().table(f"card.rights.{card_class}").only(RIGHTS)
    return [by_default(card_class, right) for card_class in CLASSES for right in RIGHTS]
