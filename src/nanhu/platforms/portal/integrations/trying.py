"""A trial of an integration (试一次): what it answers, raw, beside what the portal would make of it; and whether a page may be framed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.db.models import F
from django.utils.translation import gettext as _

from nanhu.kernel import audit, outgoing
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.outgoing import Call, Document
from nanhu.kernel.registry import Text, TileContent
from nanhu.kernel.ui import dates
from nanhu.platforms.flows import api as flows
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.integrations import calling, feeds, rules, troubles, values
from nanhu.platforms.portal.models import Integration

RAW_SHOWN: Final = 4000
GOOD_BELOW: Final = 400
TRIED: Final = frozenset({Integration.State.DRAFT, Integration.State.TEST, Integration.State.LIVE})
LANE_SECONDS: Final = 2.0
CONTACT_FRESH: Final = timedelta(days=1)
NOT_LISTED: Final = "allow list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """`raw`: what came. `problem`: why it is no good, empty where it is. `is_empty`: nothing of this person, which proves nothing."""

    problem: str = ""
    is_empty: bool = False
    status: int = 0
    headers: Sequence[tuple[str, str]] = ()
    raw: str = ""
    content: TileContent | None = None
    lines: Sequence[Text] = field(default_factory=list)


def try_once(*, by: Actor, one: Integration, campus_no: str, person_id: int | None) -> Trial:
    """With a number of one's own or one that nobody has: a trial shows nobody another's figures. Counts for going live."""
    if people.find_person_by_campus_no(campus_no) not in {None, person_id}:
        raise NotFoundError(what=_("这个测试学工号"))
    if one.state not in TRIED:
        raise WrongStateError(what=Integration.what, state=one.get_state_display())
    with calling.lane(one.key, seconds=LANE_SECONDS):
        trial = TRIALS[one.kind](one, campus_no)
    if not trial.is_empty:
        rows = Integration.objects.filter(pk=one.pk, version=one.version)
        rows.update(good_trials=0 if trial.problem else F("good_trials") + 1)
    audit.record(
        by=by, action="portal.try_integration", target=f"integration:{one.key}", facts={"good": not trial.problem}
    )
    return trial


def try_page(one: Integration, _campus_no: str) -> Trial:
    try:
        found = calling.fetch(Call(address=one.address))
    except (OSError, ValueError) as error:
        return Trial(problem=troubles.in_words(troubles.raw(error)))
    refusal = look_at_frame(one, found)
    words = (
        _("可以嵌入")
        if not refusal
        else _("不能嵌入（%(why)s），会改为新窗口打开") % {"why": troubles.in_words(refusal)}
    )
    problem = "" if found.status < GOOD_BELOW else troubles.in_words(f"status {found.status}")
    return Trial(problem=problem, lines=[words], **raw_of(found))


def try_data(one: Integration, campus_no: str) -> Trial:
    found = None
    try:
        found = calling.fetch(calling.call_for(one, campus_no))
        said = values.meant(one, found)
    except (OSError, ValueError) as error:
        return Trial(problem=troubles.in_words(troubles.raw(error)), **(raw_of(found) if found else {}))
    if not said:
        return Trial(is_empty=True, lines=[_("它没有这个人的数据，卡片不出现")], **raw_of(found))
    content = values.content_of(one, values.written(said), values.moment_in(said))
    return Trial(content=content, **raw_of(found))


def try_feed(one: Integration, _campus_no: str) -> Trial:
    try:
        items = feeds.read_items(one)
    except (OSError, ValueError) as error:
        return Trial(problem=troubles.in_words(troubles.raw(error)))
    if not items:
        return Trial(problem=_("里面没有能用的条目"))
    return Trial(lines=[f"{dates.short_day(one.starts_at, campus_today().year)} {one.title}" for one in items[:10]])


def try_todo(one: Integration, _campus_no: str) -> Trial:
    """Its system pushes by itself, at flows' door; here one sees that it came."""
    found = flows.outside_source(one.key)
    if found is None or not found.is_on:
        return Trial(problem=_("待办来源里还没有这个代号，或者停用了"))
    if found.contacted_at is None or now() - found.contacted_at > CONTACT_FRESH:
        return Trial(problem=_("一天之内它没有推来过：按下面的例子推一条试试"))
    return Trial(lines=[_("它推得进来，现在有 %(count)s 件待办") % {"count": found.waiting}])


def raw_of(found: Document) -> dict[str, Any]:
    text = found.body[: RAW_SHOWN * 4].decode("utf-8", "replace").replace("\0", " ")[:RAW_SHOWN]
    return {"status": found.status, "headers": sorted(found.headers.items())[:30], "raw": text}


def look_at_frame(one: Integration, found: Document) -> str:
    """Whether it may stand in a frame of ours: by the school's list, and by what it answers itself. Kept with the row."""
    refusal = rules.why_not_framed(found.headers, by=configuration().public_url)
    if found.status >= GOOD_BELOW:
        refusal = refusal or f"status {found.status}"
    elif found.status in outgoing.REDIRECTS:
        refusal = refusal or "redirect"
    if not rules.is_among(rules.host_of(one.address), calling.hosts("frame_hosts")):
        refusal = NOT_LISTED
    if rules.origin_of(one.address) == rules.origin_of(configuration().public_url):
        refusal = "own origin"
    rows = Integration.objects.filter(pk=one.pk, version=one.version)
    rows.update(frame_refusal=refusal, frame_checked_at=now())
    return refusal


def look_at_frames() -> int:
    """By night: a page that forbids it since yesterday opens in a window from now on."""
    rows = Integration.objects.filter(kind="page", mode=Integration.Mode.FRAME).exclude(state="retired")
    return sum(bool(look_again(one)) for one in rows)


def look_again(one: Integration) -> str:
    """One that does not answer tonight keeps what was known of it; one that was never known does not stand in a frame."""
    try:
        return look_at_frame(one, calling.fetch(Call(address=one.address)))
    except (OSError, ValueError) as error:
        never = Integration.objects.filter(pk=one.pk, frame_checked_at=None)
        never.update(frame_refusal=type(error).__name__[:60])
        return str(error)


TRIALS: Final[dict[str, Callable[[Integration, str], Trial]]] = {
    Integration.Kind.PAGE: try_page,
    Integration.Kind.DATA: try_data,
    Integration.Kind.FEED: try_feed,
    Integration.Kind.TODO: try_todo,
}
