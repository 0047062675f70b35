"""Why an integration is no good, in words for whoever takes it in. Kept and logged is the failure itself (`raw`), shown is what it means: in the
reader's language, with the failure in brackets behind it."""

import re
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import outgoing_words

SAID: Final[tuple[tuple[re.Pattern[str], str | Promise], ...]] = (
    (re.compile(r"more than (\d+) bytes"), _("对方一次给得太多，超过 %s 字节")),
    (re.compile(r"nothing at (\S+)"), _("回答里 %s 这个位置没有东西：请核对 JSON 指针")),
    (re.compile(r"JSON deeper than (\d+)"), _("回答的 JSON 超过 %s 层")),
    (re.compile(r"neither text nor a number"), _("JSON 指针指到的不是文字，也不是数字")),
    (re.compile(r"no moment"), _("时间的 JSON 指针指到的不是一个时间")),
    (re.compile(r"content-encoding (\S+)"), _("对方用了我们不会解的压缩：%s")),
    (re.compile(r"not packed as it says"), _("对方说压缩过，解不开")),
    (re.compile(r"led in a circle"), _("对方让去的地址又转回来")),
    (re.compile(r"led to no address"), _("对方让去的不是网址")),
    (re.compile(r"not an address to call"), _("这不是能连的网址")),
    (re.compile(r"no secret to sign with"), _("还没有填签名用的密钥")),
    (re.compile(r"nothing of somebody of whom it had something"), _("原来有这个人的数据，现在没有了：请核对地址")),
    (re.compile(r"rules take too long"), _("日历里的重复规则太多，读不完")),
    (re.compile(r"no feed"), _("不是 RSS 或 Atom，也不是日历")),
    (re.compile(r"a member stands twice"), _("回答的 JSON 里同一个名字出现两次")),
    (re.compile(r"^(?:JsonError|ValidationError)\b"), _("回答不是完整的 JSON")),
)
"""By what the program says of it, the first that fits."""
FRAMES: Final[dict[str, str | Promise]] = {
    "frame-ancestors": _("对方的页面不许别人嵌入"),
    "X-Frame-Options": _("对方的页面不许别人嵌入"),
    "allow list": _("学校还没有把这台主机列进可以嵌入的名单"),
    "own origin": _("这是本站自己的地址"),
    "redirect": _("对方让去别的地址，没有跟去：请把地址改成新的"),
}
STATUS: Final = re.compile(r"\bstatus (\d{3})$")
UNREADABLE: Final = _("对方的回答不是约定的样子")


def raw(error: Exception) -> str:
    """As it is kept."""
    return f"{type(error).__name__}: {error}"


def in_words(problem: str) -> str:
    """Of a failure as `raw` gave it, or as a frame was refused; empty for none."""
    if not problem:
        return ""
    if status := STATUS.search(problem):
        said = outgoing_words.status_in_words(int(status[1])) or _("对方没有给出数据")
        return f"{said}（HTTP {status[1]}）"
    return f"{meaning_of(problem)}（{problem}）"


def meaning_of(problem: str) -> str:
    if problem in FRAMES:
        return str(FRAMES[problem])
    for known, words in SAID:
        if match := known.search(problem):
            return str(words) % match.groups() if match.groups() else str(words)
    kind = outgoing_words.kind_named(problem.partition(":")[0])
    return str(outgoing_words.kind_in_words(kind) if kind is not None else UNREADABLE)
