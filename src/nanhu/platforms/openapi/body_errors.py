"""Why a request's body does not fit its description, in the words of the reader's language; names of members stay as they are."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

KINDS: Final[dict[str, Promise]] = {
    "int": gettext_lazy("整数"),
    "str": gettext_lazy("文字"),
    "bool": gettext_lazy("真假值"),
    "object": gettext_lazy("JSON 对象"),
    "array": gettext_lazy("列表"),
    "null": gettext_lazy("空值"),
    "float": gettext_lazy("数"),
}
PLACE: Final = re.compile(r" - at `\$\.?([a-z_]*)[^`]*`$")
MEMBER: Final = re.compile(r"Object (?:missing required|contains unknown) field `(.*)`", re.DOTALL)


class Fault(NamedTuple):
    """`member` is the name of what is wrong, or empty for the whole."""

    why: str
    member: str


def kind(name: str) -> str:
    return str(KINDS.get(name, name))


SENTENCES: Final[list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]] = [
    (re.compile("Object missing"), lambda _found: _("这一项必须有")),
    (re.compile("Object contains unknown"), lambda _found: _("没有这一项")),
    (re.compile(r"Expected `(\w+)(?: \| \w+)*`, got"), lambda found: _("应当是{kind}").format(kind=kind(found[1]))),
    (re.compile(r"Expected `int` >= (\d+)"), lambda found: _("最小是 {most}").format(most=found[1])),
    (re.compile(r"Expected `int` <= (\d+)"), lambda found: _("最大是 {most}").format(most=found[1])),
    (re.compile(r"Expected `str` of length >= (\d+)"), lambda found: _("至少 {most} 个字符").format(most=found[1])),
    (re.compile(r"Expected `str` of length <= (\d+)"), lambda found: _("最多 {most} 个字符").format(most=found[1])),
    (re.compile("Expected `str` matching"), lambda _found: _("格式不对或有不允许的字符")),
    (re.compile("Invalid enum"), lambda _found: _("不是允许的值")),
    (re.compile("exactly one of (.+)"), lambda found: _("{names} 要有一项，只能有一项").format(names=found[1])),
]


def fault_in(problem: str) -> Fault:
    """Of what msgspec says of a body."""
    place, named = PLACE.search(problem), MEMBER.match(problem)
    member = (named[1] if named else place[1] if place else "")[:64]
    why = next((words(found) for form, words in SENTENCES if (found := form.match(problem))), _("不合要求"))
    return Fault(f"{member}：{why}" if member else why, member)
