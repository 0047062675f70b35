"""企业微信 as a channel of messages: a thousand receivers a call, a bucket for each member that is smaller than Tencent's, the rest told together.

When a batch was called out first is written before the call, and what became of it after: one that comes again after a crash goes to the same
members with the same words, which Tencent recognises as the same for four hours. After that nobody knows, and the next channel tells it.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import uniform
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.database.values import all_rows
from nanhu.kernel.once import lock_key
from nanhu.kernel.pauses import doubling
from nanhu.kernel.registry import MessageBatch, MessageOutcome
from nanhu.kernel.retries import Again, Answer, Retries, drive
from nanhu.kernel.retries.answers import Outside
from nanhu.platforms.messages import api as messages
from nanhu.services.mobile import queries, rules
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.adapters.port import Card, LaterError, NotSentError, RestingError, StoppedError, VendorError
from nanhu.services.mobile.models import Member, Outgoing
from nanhu.services.mobile.rules import words_of

TAKE: Final = (Path(__file__).parents[1] / "sql" / "queries" / "take_from_bucket.sql").read_text(encoding="utf-8")
WAIT: Final = timedelta(minutes=5)
"""Within the ten minutes after which a message goes by the next channel."""
LIFE: Final = timedelta(hours=2)
KNOWN_AGAIN: Final = timedelta(hours=3, minutes=50)
"""Since the first call; a little less than Tencent's four hours, and longer than a parcel is tried."""
ALL_DAY: Final = 32_000
BUSY_MINUTES: Final = frozenset({0, 30})
MANY: Final = 100
SHOWN: Final = 8
DIGEST: Final = "digest"
State = Outgoing.State
log = logging.getLogger(__name__)
LATER = MessageOutcome(state="later")
"""For the next minute, when not everybody calls."""
DELIVERED = MessageOutcome(state="delivered")


def send(batch: MessageBatch) -> dict[int, MessageOutcome]:
    """Answers for every recipient; an OSError is the vendor's absence, and the batch comes again."""
    moment = now()
    if batch.urgency != "now" and len(batch.recipients) > MANY and moment.minute in BUSY_MINUTES:
        return {one.delivery_id: LATER for one in batch.recipients}  # everybody calls then
    userids = queries.userids_of(one.person_id for one in batch.recipients)
    rows = taken(batch, sorted(set(userids.values())))
    sending = [one for one in rows.values() if one.state == State.SENDING]
    failed: dict[str, MessageOutcome] = {}
    found = {}
    for before in {one.called_at for one in sending}:
        failed |= called(batch, [one for one in sending if one.called_at == before])
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
    """A row for each member, and all of an earlier try, whoever of them is left. Who has no room waits to be told with the rest; who
    was surely not reached is tried anew, for the office sends it once more."""
    lock_key(f"mobile.batch:{batch.number}")
    rows = Outgoing.objects.filter(batch=batch.number)
    rows.filter(userid__in=userids, state=State.FAILED, called_at=None).delete()
    known = {one.userid: one for one in rows}
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
    return {row[0] for row in all_rows(TAKE, facts)}


def called(batch: MessageBatch, rows: Collection[Outgoing]) -> dict[str, MessageOutcome]:
    """The call; whom it did not reach, with the reason."""
    userids = sorted(one.userid for one in rows)
    card = Card(title=batch.title, text=batch.text, url=tap(batch.url), mark=batch.template)
    try:
        refused = tried(card, rows, userids)
    except (LaterError, StoppedError) as error:
        later = MessageOutcome(state="later", reason=words_of(error.code, error.words))
        return dict.fromkeys(userids, later)
    except VendorError as error:
        refused = dict.fromkeys(userids, words_of(error.code, error.words))
    gone([one for one in rows if one.userid not in refused], State.DELIVERED)
    for words in set(refused.values()):
        gone([one for one in rows if refused.get(one.userid) == words], State.FAILED, words)
    return {userid: MessageOutcome(state="failed", reason=words) for userid, words in refused.items()}


def tried(card: Card, rows: Collection[Outgoing], userids: Sequence[str]) -> dict[str, str]:
    """Whom it did not reach. The first moment that it may have gone out is kept; where it surely did not, forgotten again."""
    if any(one.called_at is not None and now() - one.called_at > KNOWN_AGAIN for one in rows):
        return dict.fromkeys(userids, _("不知道是否送达，没有再发"))
    vendor = choice.vendor()
    first = Outgoing.objects.filter(pk__in=[one.pk for one in rows if one.called_at is None])
    first.filter(called_at=None).update(called_at=now())
    try:
        sent = vendor.send(card, userids=userids)
    except (VendorError, NotSentError):
        first.update(called_at=None)
        raise
    if card.mark != DIGEST:
        Outgoing.objects.filter(pk__in=[one.pk for one in rows]).update(reference=sent.reference)
    refused = sorted(sent.refused & set(userids))
    first.filter(userid__in=refused).update(called_at=None)
    return dict.fromkeys(refused, _("企业微信没有送给这个人：没有这个账号，或账号没有接口许可"))


def tap(url: str) -> str:
    """Through the sign-in from 企业微信, to the thing itself."""
    own = configuration().public_url
    enter = own + reverse("mobile:enter")
    if url.startswith(f"{own}/"):
        return f"{enter}?{urlencode({'to': url.removeprefix(own)})}"
    return url or enter


def welcome(member: Member) -> None:
    """Once in a life: who leaves and comes back has had it."""
    with translation.override(messages.language_of(member.person_id)):
        title, text = _("欢迎来到移动校园"), _("点开就进门户，不用再登录；消息和待办也会送到这里。")
    words = {
        "state": State.WAITING,
        "title": title,
        "text": text,
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


def recall(numbers: Collection[UUID]) -> None:
    """What waits is not sent; what went out goes from their phones. A digest that told of others too stays. What Tencent takes back no more
    (after a day) stays as well."""
    rows = Outgoing.objects.filter(batch__in=numbers)
    gone(list(rows.filter(state=State.WAITING, carrier=None)), State.FAILED, _("已撤回"))
    sent = rows.filter(state=State.DELIVERED).exclude(reference="")
    for reference in sorted(set(sent.values_list("reference", flat=True))):
        try:
            choice.vendor().recall(reference)
        except (LaterError, StoppedError):
            raise
        except VendorError as error:
            log.warning("wecom keeps what was recalled: %s", words_of(error.code, error.words))
        sent.filter(reference=reference).update(reference="")


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def step(row: Outgoing) -> Answer | Outside:
    """All that waits for this member at the first try goes as one, carried by this row: the next try has the same words. What another
    row carries waits for it."""
    with transaction.atomic():
        lock_key(f"mobile.waiting:{row.userid}")
        waiting = Outgoing.objects.filter(userid=row.userid, state=State.WAITING)
        if row.carrier is None:
            waiting.filter(carrier=None).update(carrier=row.pk)
        mates = list(waiting.filter(carrier=row.pk).order_by("created_at", "pk"))
    return partial(carry, row, mates) if mates else Again(after=WAIT)


def carry(row: Outgoing, mates: Sequence[Outgoing]) -> Answer:
    if not with_room([row.userid], is_urgent=True):
        return Again(after=timedelta(minutes=1))
    try:
        error = tried(digest(mates), mates, [row.userid]).get(row.userid, "")
    except RestingError as refusal:
        return Again(refusal.words, after=refusal.until - now())
    except (LaterError, StoppedError) as refusal:
        return Again(words_of(refusal.code, refusal.words))
    except VendorError as refusal:
        error = words_of(refusal.code, refusal.words)
    gone(mates, State.FAILED if error else State.DELIVERED, error)
    return None


def digest(mates: Sequence[Outgoing]) -> Card:
    """One by itself says what it is; several are counted, with their first titles. Its address is no other's: they compare what they are
    sent, and the titles may be the same an hour later."""
    if len(mates) == 1:
        return Card(title=str(mates[0].title), text=str(mates[0].text), url=tap(mates[0].url), mark="single")
    lines = [str(one.title) for one in mates[:SHOWN]]
    with translation.override(messages.language_of(queries.person_of(mates[0].userid))):
        title = _("%(count)s 条新消息") % {"count": len(mates)}
    url = tap(f"{configuration().public_url}/messages/?with={mates[0].carrier}")
    return Card(title=title, text="\n".join(lines), url=url, mark=DIGEST)


def gone(rows: Collection[Outgoing], state: Outgoing.State, error: str = "") -> None:
    """Their words go with it."""
    for one in rows:
        one.state, one.error = state, error
    facts = {"state": state, "error": error, "title": None, "text": None, "due_at": None}
    Outgoing.objects.filter(pk__in=[one.pk for one in rows]).update(**facts)


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
