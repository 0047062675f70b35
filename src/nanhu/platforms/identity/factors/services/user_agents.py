"""A sign-in in words: its browser (设备) and what was proved. Enough for its owner to know it again."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

BROWSERS = (
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
SYSTEMS = (
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


def in_words(user_agent: str) -> str:
    folded = user_agent.casefold()
    browser, system = first_in(folded, BROWSERS), first_in(folded, SYSTEMS)
    if browser and system:
        return _("%(system)s 上的 %(browser)s") % {"system": system, "browser": browser}
    return browser or system or _("未知的浏览器")


def first_in(folded: str, names: tuple[tuple[str, str | Promise], ...]) -> str:
    return next((str(name) for mark, name in names if mark in folded), "")


WAYS = {
    "pwd": gettext_lazy("密码"),
    "otp": gettext_lazy("动态口令或一次性码"),
    "hwk": gettext_lazy("通行密钥"),
    "swk": gettext_lazy("通行密钥或手机"),
    "sms": gettext_lazy("短信验证码"),
    "kba": gettext_lazy("密保"),
}


def ways_in_words(methods: Sequence[str]) -> str:
    """What was proved at a sign-in, from the names of RFC 8176."""
    return " + ".join(str(WAYS[method]) for method in methods if method in WAYS)
