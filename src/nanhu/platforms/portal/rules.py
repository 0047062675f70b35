"""Pure rules of the home: the greeting, search, the order of shortcuts."""

from collections.abc import Collection, Iterable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import folding

SHOWN_AT_HOME = 8
INSISTED = 3
"""So many tiles of a home lie above what one scrolls to."""
SECTIONS: tuple[tuple[str, str | Promise, str], ...] = (
    ("personal", _("个人事务"), "user-round"),
    ("work", _("工作生活"), "briefcase-business"),
    ("study", _("学习生活"), "book-open"),
    ("service", _("服务大厅"), "concierge-bell"),
)
ABOUT_SECTIONS: dict[str, str | Promise] = {
    "personal": _("只对教职工开放：科研、工资、借阅、财务等自己的事项"),
    "work": _("会议、校历、值班、车辆、场地、电话，和今天的安排"),
    "study": _("课表、成绩、考试、借阅、校园卡、宿舍，一页看完今天"),
    "service": _("政策咨询、投诉受理、舆情反映和各项服务"),
}
GREETINGS: tuple[tuple[int, str | Promise], ...] = (
    (5, _("夜深了，%(name)s")),
    (9, _("早上好，%(name)s")),
    (12, _("上午好，%(name)s")),
    (14, _("中午好，%(name)s")),
    (18, _("下午好，%(name)s")),
    (24, _("晚上好，%(name)s")),
)


def greeting(hour: int, name: str) -> str:
    return str(next(words for before, words in GREETINGS if hour < before)) % {"name": name}


def answers_to(wanted: str, title: str, words: str = "") -> bool:
    """Does a title, or what else it answers to, contain every word of what was typed, as it stands, in pinyin or in initials?"""
    searched = folding.searched(title, words)
    return all(word in searched for word in folding.folded(wanted).split())


def shortcut_keys(
    favourites: Sequence[str], recent: Iterable[str], offered: Sequence[str], room: int = SHOWN_AT_HOME
) -> list[str]:
    """Favourites in their order, then what was opened lately, then the school's own order, until the row is full."""
    allowed = set(offered)
    ordered = [key for key in (*favourites, *recent, *offered) if key in allowed]
    return list(dict.fromkeys(ordered))[:room]


def moved(keys: Sequence[str], key: str, step: int) -> list[str]:
    """The same keys with one of them a step earlier (-1) or later (+1); at the end of the row nothing moves."""
    found = list(keys)
    if key not in found:
        return found
    place = found.index(key)
    goal = max(0, min(len(found) - 1, place + step))
    found.insert(goal, found.pop(place))
    return found


def arranged(
    keys: Sequence[str], order: Sequence[str], hidden: Collection[str] = (), insisting: Collection[str] = ()
) -> list[str]:
    """Tiles as their reader wants them: hers in her order, what came later behind them, without what she hid. What insists is
    never hidden, and stands among the first three."""
    kept = [key for key in keys if key not in hidden or key in insisting]
    laid = [key for key in dict.fromkeys(order) if key in kept]
    laid += [key for key in kept if key not in laid]
    urgent = [key for key in laid if key in insisting][:INSISTED]
    calm = [key for key in laid if key not in urgent]
    room = INSISTED - len(urgent)
    return [*sorted([*calm[:room], *urgent], key=laid.index), *calm[room:]]
