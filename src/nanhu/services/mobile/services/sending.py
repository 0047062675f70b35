"""企业微信 as a channel of messages: a thousand receivers a call, a bucket for each member that is smaller than Tencent's, the rest told together.

That a batch went to a member is written before the call and after it: a batch that comes again after a crash goes to the same members with the
same words, which Tencent recognises as the same for half an hour.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import uniform
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.once import lock_key
from nanhu.kernel.registry import MessageBatch, MessageOutcome
from nanhu.kernel.retries import Again, Answer, Done, Retries, doubling, drive
from nanhu.kernel.retries.answers import Outside
from nanhu.services.mobile import queries, rules
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.adapters.port import Card, LaterError, StoppedError, VendorError
from nanhu.services.mobile.models import Member, Outgoing
from nanhu.services.mobile.rules import words_of

TAKE: Final = (Path(__file__).parents[1] / "sql" / "queries" / "take_from_bucket.sql").read_text(encoding="utf-8")
WAIT: Final = timedelta(minutes=5)
"""Within the ten minutes after which a message goes by the next channel."""
LIFE: Final = timedelta(hours=2)
ALL_DAY: Final = 32_000
BUSY_MINUTES: Final = frozenset({0, 30})
MANY: Final = 100
SHOWN: Final = 8
State = Outgoing.State
LATER = MessageOutcome(state="later")
DELIVERED = MessageOutcome(state="delivered")


def send(batch: MessageBatch) -> dict[int, MessageOutcome]:
    """Answers for every recipient; an OSError is the vendor's absence, and the batch comes again."""
    moment = now()
    if batch.urgency == "digest" and len(batch.recipients) > MANY and moment.minute in BUSY_MINUTES:
        return {one.delivery_id: LATER for one in batch.recipients}  # everybody calls then
    userids = queries.userids_of(one.person_id for one in batch.recipients)
    rows = taken(batch, sorted(set(userids.values())))
    failed = called(batch, sorted(one.userid for one in rows.values() if one.state == State.SENDING))
    found = {}
    for one in batch.recipients:
        userid = userids.get(one.person_id)
        found[one.delivery_id] = outcome(rows.get(userid) if userid else None, failed)
    return found


def outcome(row: Outgoing | None, failed: Mapping[str, MessageOutcome]) -> MessageOutcome:
    if row is None:
        return MessageOutcome(state="failed", reason=_("不是企业微信的成员"))
    if row.userid in failed:
        return failed[row.userid]
    if row.state == State.WAITING:
        return MessageOutcome(state="handed_over", reference=str(row.public_id))
    return MessageOutcome(state="failed", reason=row.error) if row.state == State.FAILED else DELIVERED


@transaction.atomic
def taken(batch: MessageBatch, userids: Sequence[str]) -> dict[str, Outgoing]:
    """A row for each member, the ones of an earlier try among them. Who has no room waits to be told with the rest."""
    lock_key(f"mobile.batch:{batch.number}")
    known = {one.userid: one for one in Outgoing.objects.filter(batch=batch.number, userid__in=userids)}
    fresh = [one for one in userids if one not in known]
    room = with_room(fresh, is_urgent=batch.urgency == "now")
    made = [row_for(batch, one, has_room=one in room) for one in fresh]
    Outgoing.objects.bulk_create(made, batch_size=1000)
    return known | {one.userid: one for one in made}


def row_for(batch: MessageBatch, userid: str, *, has_room: bool) -> Outgoing:
    if has_room:
        return Outgoing(batch=batch.number, userid=userid, state=State.SENDING)
    return Outgoing(
        batch=batch.number,
        userid=userid,
        state=State.WAITING,
        title=batch.title,
        text=batch.text,
        url=batch.url,
        due_at=now() + WAIT * uniform(0.8, 1),  # noqa: S311 - no secret
    )


def with_room(userids: Sequence[str], *, is_urgent: bool = False) -> set[str]:
    if not userids:
        return set()
    facts: dict[str, Any] = {
        "now": now(),
        "userids": list(userids),
        "in_minute": rules.MINUTE,
        "in_hour": ALL_DAY if is_urgent else rules.HOUR,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, facts)
        return {row[0] for row in cursor.fetchall()}


def called(batch: MessageBatch, userids: Sequence[str]) -> dict[str, MessageOutcome]:
    """The call; whom it did not reach, with the reason."""
    if not userids:
        return {}
    card = Card(title=batch.title, text=batch.text, url=tap(batch.url), mark=batch.template)
    try:
        sent = choice.vendor().send(card, userids=userids)
    except (LaterError, StoppedError):
        return dict.fromkeys(userids, LATER)
    except VendorError as error:
        words = words_of(error.code, error.words)
        settle(batch.number, userids, State.FAILED, words)
        return dict.fromkeys(userids, MessageOutcome(state="failed", reason=words))
    refused, words = sorted(sent.refused & set(userids)), _("企业微信里没有这个收件人")
    settle(batch.number, [one for one in userids if one not in sent.refused], State.DELIVERED)
    settle(batch.number, refused, State.FAILED, words)
    return dict.fromkeys(refused, MessageOutcome(state="failed", reason=words))


def settle(batch: UUID, userids: Collection[str], state: str, error: str = "") -> None:
    Outgoing.objects.filter(batch=batch, userid__in=list(userids)).update(state=state, error=error)


def tap(url: str) -> str:
    """Through the sign-in from 企业微信, to the thing itself."""
    own = configuration().public_url
    enter = own + reverse("mobile:enter")
    if url.startswith(f"{own}/"):
        return f"{enter}?{urlencode({'to': url.removeprefix(own)})}"
    return url or enter


def welcome(member: Member) -> None:
    """Once in a life: who leaves and comes back has had it."""
    words = {
        "state": State.WAITING,
        "title": _("欢迎来到移动校园"),
        "text": _("点开就进门户，不用再登录；消息和待办也会送到这里。"),
        "url": configuration().public_url + reverse("mobile:mine:home"),
        "due_at": now(),
    }
    Outgoing.objects.get_or_create(batch=member.public_id, userid=member.userid, defaults=words)


def look(references: Sequence[str]) -> dict[str, MessageOutcome]:
    """What became of what waited; what still waits is not in the answer."""
    wanted = [UUID(one) for one in references if is_uuid(one)]
    rows = Outgoing.objects.filter(public_id__in=wanted).exclude(state__in=[State.WAITING, State.SENDING])
    return {
        str(one.public_id): DELIVERED
        if one.state == State.DELIVERED
        else MessageOutcome(state="failed", reason=one.error)
        for one in rows
    }


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def step(row: Outgoing) -> Answer | Outside:
    """All that waits for this member goes as one, carried by this row; what another row carries is done with."""
    with transaction.atomic():
        lock_key(f"mobile.waiting:{row.userid}")
        waiting = Outgoing.objects.filter(userid=row.userid, state=State.WAITING)
        waiting.filter(carrier=None).update(carrier=row.pk)
        mates = list(waiting.filter(carrier=row.pk).order_by("created_at", "pk"))
    return partial(carry, row, mates) if mates else Done()


def carry(row: Outgoing, mates: Sequence[Outgoing]) -> Answer:
    if not with_room([row.userid], is_urgent=True):
        return Again(after=timedelta(minutes=1))
    try:
        sent = choice.vendor().send(digest(mates), userids=[row.userid])
    except (LaterError, StoppedError) as error:
        return Again(words_of(error.code, error.words))
    except VendorError as error:
        gone(mates, State.FAILED, words_of(error.code, error.words))
        return None
    if sent.refused:
        gone(mates, State.FAILED, _("企业微信里没有这个收件人"))
    else:
        gone(mates, State.DELIVERED)
    return None


def digest(mates: Sequence[Outgoing]) -> Card:
    """One by itself says what it is; several are counted, with their first titles."""
    if len(mates) == 1:
        return Card(title=str(mates[0].title), text=str(mates[0].text), url=tap(mates[0].url), mark="single")
    lines = [str(one.title) for one in mates[:SHOWN]]
    title = _("%(count)s 条新消息") % {"count": len(mates)}
    return Card(title=title, text="\n".join(lines), url=tap(f"{configuration().public_url}/messages/"), mark="digest")


def gone(mates: Sequence[Outgoing], state: str, error: str = "") -> None:
    """Their words go with it."""
    rows = Outgoing.objects.filter(pk__in=[one.pk for one in mates])
    rows.update(state=state, error=error, title=None, text=None, due_at=None)


def give_up() -> dict[str, object]:
    return {"state": State.FAILED, "title": None, "text": None}


DIGESTS = Retries(
    model=Outgoing,
    step=step,
    pause=doubling("30s", "10min"),
    until=lambda row: row.created_at + LIFE,
    given_up=give_up,
    at_once=4,
    lease=timedelta(seconds=60),
)
carry_due = partial(drive, DIGESTS)
