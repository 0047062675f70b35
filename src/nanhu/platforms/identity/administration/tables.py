"""The lines of the sign-in log, as the page of an account and the whole log show them, and its file."""

from typing import Any

from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel.clock import campus_time
from nanhu.kernel.kit import Badge, Moment, Table, Text
from nanhu.kernel.kit.columns import NOTHING, Reader
from nanhu.kernel.ui import words
from nanhu.platforms.identity.models import SignInEvent


def narrowed(shown: str, **filters: str) -> SafeString:
    """Leads to the lines that have the same."""
    return format_html('<a href="?{}">{}</a>', urlencode(filters), shown)


class Second(Moment):
    """To the second in a file."""

    def exported(self, row: SignInEvent, reader: Reader) -> str:  # noqa: ARG002
        return f"{campus_time(row.at):%Y-%m-%d %H:%M:%S}"


class Browser(Text):
    """In a word on the page, whole in a file."""

    def shown(self, row: SignInEvent, reader: Reader) -> str:  # noqa: ARG002
        return (
            format_html('<span title="{}">{}</span>', row.browser, words.browser(row.browser))
            if row.browser
            else NOTHING
        )


class CampusNo(Text):
    """What was typed and is nobody's is kept as its fingerprint."""

    def words(self, value: Any, row: SignInEvent, reader: Reader) -> str:  # noqa: ARG002
        return row.campus_no or row.name_key

    def shown(self, row: SignInEvent, reader: Reader) -> str:  # noqa: ARG002
        if row.campus_no or not row.name_key:
            return narrowed(row.campus_no, q=row.campus_no) if row.campus_no else NOTHING
        return format_html('<span class="sub" title="{}">#{}</span>', _("所输账号名的指纹"), row.name_key)


class Address(Text):
    def shown(self, row: SignInEvent, reader: Reader) -> str:  # noqa: ARG002
        return narrowed(row.address, address=row.address) if row.address else NOTHING


class ShortEvents(Table):
    at = Second(gettext_lazy("时间"))
    kind = Badge(
        gettext_lazy("事件"),
        names=SignInEvent.Kind.choices,
        tones={"refused": "bad", "sign_out": "none"},
        tone="good",
    )
    how = Text(gettext_lazy("方式"), lambda event: words.ways(event.how))
    reason = Text(gettext_lazy("原因"), lambda event: event.get_reason_display() if event.reason else "")
    address = Text(gettext_lazy("地址"), is_number=True)
    browser = Browser(gettext_lazy("浏览器"))


class Events(ShortEvents):
    campus_no = CampusNo(gettext_lazy("学工号"))
    address = Address(gettext_lazy("地址"))
    application = Text(gettext_lazy("应用"))
