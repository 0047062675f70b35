"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.platforms.identity.guests.models import Sponsorship

REASONS: tuple[Text, ...] = (_("重发来宾邀请"),)
ACTIONS: dict[str, Text] = {
    "identity.end_guest": _("结束访客账号"),
    "identity.invite_guest": _("邀请访客"),
    "identity.prolong_guest": _("延长访客期限"),
}
FACTS: dict[str, Text] = {
    "number": _("编号"),
}
VALUES: dict[str, dict[str, Text]] = {
    "identity.invite_guest kind": dict(Sponsorship.Kind.choices),
}
"""Of facts whose values are words of the program."""
