"""What the program keeps as a word of its own, as people read it. Every page shows such words through these functions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.utils.functional import Promise, lazy
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from nanhu.kernel.actors import SYSTEM
from nanhu.kernel.audit.words import terms
from nanhu.kernel.errors import CampusError
from nanhu.kernel.school import school

type Names = tuple[tuple[str, str | Promise], ...]

BROWSERS: Names = (
    ("wxwork/", gettext_lazy("企业微信")),
    ("micromessenger/", gettext_lazy("微信")),
    ("dingtalk", gettext_lazy("钉钉")),
    ("qqbrowser", gettext_lazy("QQ 浏览器")),
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("huaweibrowser", gettext_lazy("华为浏览器")),
    ("miuibrowser", gettext_lazy("小米浏览器")),
    ("firefox/", "Firefox"),
    ("fxios/", "Firefox"),
    ("crios/", "Chrome"),
    ("chromium/", "Chromium"),
    ("chrome/", "Chrome"),
    ("safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "Python"),
)
"""In this order: most of them also claim to be Chrome and Safari."""
SYSTEMS: Names = (
    ("openharmony", gettext_lazy("鸿蒙")),
    ("harmonyos", gettext_lazy("鸿蒙")),
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("android", "Android"),
    ("windows", "Windows"),
    ("mac os x", "macOS"),
    ("cros", "ChromeOS"),
    ("linux", "Linux"),
)
WAYS: dict[str, str | Promise] = {
    "pwd": gettext_lazy("密码"),
    "otp": gettext_lazy("动态口令或一次性码"),
    "hwk": gettext_lazy("通行密钥"),
    "swk": gettext_lazy("通行密钥或手机"),
    "sms": gettext_lazy("短信验证码"),
    "kba": gettext_lazy("密保"),
    "scan": gettext_lazy("手机扫码"),
    "activation": gettext_lazy("激活账号"),
    "demo": gettext_lazy("系统自动"),
}
"""The names of RFC 8176, and a few of our own. "mfa" only says that there were two, which the two say themselves."""
VENDOR = "vendor:"
"""How the name of a company's program begins, as an actor."""
ENCODINGS = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "gb18030": "GB18030", "gbk": "GBK", "utf-16": "UTF-16"}


def actor(name: object) -> str:
    """A person's name; a part of the program (`system:…`) is the system to whoever reads it, a company's program (`vendor:…`) that company."""
    shown = str(name or "")
    if shown.startswith(SYSTEM):
        return _("系统自动")
    if shown.startswith(VENDOR):
        return shown.removeprefix(VENDOR)
    return _("未登录的访客") if shown == "anonymous" else shown


def browser(user_agent: str) -> str:
    """A browser's own long line: "Windows 上的 Edge"."""
    folded = str(user_agent or "").casefold()
    name, system = first_in(folded, BROWSERS), first_in(folded, SYSTEMS)
    if name and system:
        return _("%(system)s 上的 %(browser)s") % {"system": system, "browser": name}
    return name or system or _("未知的浏览器")


def first_in(folded: str, names: Names) -> str:
    return next((str(name) for mark, name in names if mark in folded), "")


def ways(methods: str | Sequence[str], known: Mapping[str, str | Promise] = WAYS) -> str:
    """What was proved at a sign-in, as "pwd+otp+mfa" or as a list; a name we do not know stays."""
    named = methods.split("+") if isinstance(methods, str) else methods
    return " + ".join(str(known.get(one, one)) for one in named if one and one != "mfa")


def encoding(name: str) -> str:
    """How a file was written; what is none (a sheet's name, a reason) stays as it is."""
    return ENCODINGS.get(name, name)


def target(said: str, name: str = "") -> str:
    """What an audit line was about, "card:42": its kind in words, its number behind, or its name."""
    if whole := terms("WHOLE_TARGETS").get(said):
        return str(whole)
    kind, _colon, number = said.partition(":")
    named = terms("TARGETS").get(kind)
    return f"{named} {name or number}" if named and number else said


PATH = " / "


def reads_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def term(name: object) -> str:
    """A name of a code table (留学生, 在职) or of the school's own (a unit, also a path of units, an outside system) in the
    reader's language. What the school's [english] does not give stays as the school wrote it.
    """
    return PATH.join(_term(one) for one in str(name).split(PATH)) if name else ""


def _term(name: str) -> str:
    given = "" if reads_chinese() else school().in_english(name)
    return given or _(name)  # translators: names of code tables stand in platforms/datahub/standard_names.py


class InChinese(str):
    """Stands in Chinese on a page in another language: a page says so (`lang`), a sheet has the words alone."""

    __slots__ = ()

    def __html__(self) -> str:
        return format_html('<span lang="zh-Hans">{}</span>', str(self))


def called(name: str, english: str = "") -> str:
    """A name or a text that the school entered, as this reader reads it: the English that stands beside it, else what its [english] and the
    catalogues say, else the Chinese, marked as such."""
    if not name or reads_chinese():
        return name
    known = english or term(name)
    return InChinese(name) if known == name and not name.isascii() else known


lazy_term, lazy_called = lazy(term, str), lazy(called, str)
"""For what is read once and shown to many readers."""


def filled(words: str | Promise, /, **facts: object) -> str:
    return str(words) % facts if facts else str(words)


lazy_filled = lazy(filled, str)
"""A sentence with its facts, for a message: `lazy_filled(_lazy("已派给%(crew)s"), crew=name)` is said in the language of whoever reads it."""


def code(name: str) -> str:
    """The sentence of an expected failure, without the facts that it would be filled with."""
    sentences = (str(one.sentence) for one in _failures(CampusError.__subclasses__()) if one.code == name)
    return next((sentence for sentence in sentences if "{" not in sentence), name)


def _failures(kinds: Iterable[type[CampusError]]) -> Iterator[type[CampusError]]:
    for kind in kinds:
        yield kind
        yield from _failures(kind.__subclasses__())
