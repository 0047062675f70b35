"""The logout ledger (退出台账): of each application of a session, whether it has heard of the end."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.identity.models import SsoGrant

State = SsoGrant.Logout


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One application of a session. `is_settled`: nothing will change any more."""

    application: str
    text: str | Promise
    tone: str
    is_settled: bool
    is_notified: bool = False
    is_unconfirmed: bool = False
    is_retrying: bool = False


WORDS: dict[str, tuple[str | Promise, str]] = {
    State.OPEN: (_("使用中"), "info"),
    State.WAITING: (_("正在通知退出"), "info"),
    State.NOTIFIED: (_("已通知"), "good"),
    State.DONE: (_("已退出"), "good"),
    State.SILENT: (_("不接收退出通知，请关闭它的页面"), "quiet"),
    State.UNREACHABLE: (_("一直联系不上，请在该应用里自行退出"), "danger"),
}
RETRYING = _("联系不上，正在重试")
REFUSING = _("没有接受退出，正在重试")
WORST_FIRST = (State.WAITING, State.UNREACHABLE, State.OPEN, State.SILENT, State.NOTIFIED, State.DONE)


def lines_of(session_ids: Sequence[int]) -> dict[int, list[Line]]:
    """By session; applications in the order they were first entered. One query, whatever the number of sessions."""
    found: dict[int, dict[str, list[SsoGrant]]] = defaultdict(lambda: defaultdict(list))
    grants = SsoGrant.objects.filter(session_id__in=session_ids).select_related("application").order_by("pk")
    for grant in grants.defer("ticket", "facts"):
        found[grant.session_id][grant.application.name].append(grant)
    return {session: [line_of(name, grants) for name, grants in by_name.items()] for session, by_name in found.items()}


def line_of(application: str, grants: Iterable[SsoGrant]) -> Line:
    """Who entered an application several times has several grants of it: it is out when all are."""
    worst = min(grants, key=lambda grant: (WORST_FIRST.index(State(grant.logout)), -len(grant.logout_error)))
    text, tone = WORDS[worst.logout]
    is_retrying = worst.logout == State.WAITING and bool(worst.logout_error)
    if is_retrying:
        text, tone = (
            REFUSING if worst.logout_error.startswith(("HTTP 4", "no acknowledgement")) else RETRYING,
            "attention",
        )
    return Line(
        application=application,
        text=text,
        tone=tone,
        is_settled=worst.logout not in {State.WAITING, State.OPEN},
        is_unconfirmed=worst.logout == State.NOTIFIED,
        is_notified=worst.logout in {State.NOTIFIED, State.DONE},
        is_retrying=is_retrying,
    )
