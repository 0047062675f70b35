"""One call, many channels: a message to people, each told once. What goes out is the router's business (`routing`)."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Exists, OuterRef

from nanhu.kernel import clock
from nanhu.kernel.attempts import joining
from nanhu.kernel.database.prepared import insert
from nanhu.kernel.jobs import defer
from nanhu.kernel.registry import message_channels, message_templates
from nanhu.platforms.messages.errors import UnknownTemplateError
from nanhu.platforms.messages.models import Delivery, Entry, Message, Parcel
from nanhu.platforms.messages.models.messages import Urgency
from nanhu.platforms.messages.statements import QUERIES
from nanhu.platforms.messages.wording import Facts, written
from nanhu.platforms.people import api as people

CHANNEL = "messages_router"
"""On which the router is woken."""
NAMESPACE = UUID("6f1d6c1e-0f0b-4bb0-9b1f-5a2f6f0f9d5a")
DIGEST = "messages.digest"
NOTICE = "messages.notice"
PARTED, PARTED_KEYS = "messages.parted", "messages.parted_keys"
ROLES_LEFT = "messages.roles_left"
RECALLED_FOR: Final = timedelta(hours=24)
"""No channel takes back what is older."""
HIDDEN = frozenset({DIGEST, NOTICE})
"""They only go out: what they tell of stands in the list itself."""


@joining()
def tell(
    person_ids: Collection[int],
    template: str,
    facts: Facts | None = None,
    *,
    urgency: str = Urgency.TODAY,
    key: str = "",
    notice_id: int | None = None,
) -> int:
    """How many of these persons are told by this call: of the same template and key each once a day, who has left never. In the caller's
    transaction: what is rolled back was not told."""
    known = message_templates.get(template)
    if known is None:
        raise UnknownTemplateError(template=template)
    words = written(known, facts or {})
    living = sorted(set(people.still_here(person_ids).values())) if person_ids else []
    if not living:
        return 0
    moment, is_hidden = clock.now(), template in HIDDEN
    message = Message(
        template=template,
        kind=known.kind,
        urgency=Urgency(urgency),
        key=key,
        notice_id=notice_id,
        is_hidden=is_hidden,
        created_at=moment,
        **asdict(words),
    )
    entering = {
        "message": insert(message).pk,
        "once": once_of(template, key) if key else None,
        "is_hidden": is_hidden,
        "now": moment,
        "persons": living,
        "channel": CHANNEL,
    }
    [(entered, _woken)] = QUERIES.planned("enter", entering)
    if not entered:
        message.delete()
    return int(entered)


def once_of(template: str, key: str) -> UUID:
    return uuid5(NAMESPACE, f"{template}\n{key}\n{clock.campus_today()}")


def recipients_since(template: str, keys: Collection[str], since: datetime) -> dict[str, set[int]]:
    """Who was told since then, by key; what was taken back was not."""
    found: dict[str, set[int]] = {}
    told = Entry.objects.filter(message__template=template, message__key__in=list(keys), message__created_at__gte=since)
    for key, person in told.filter(message__withdrawn_at=None).values_list("message__key", "person_id"):
        found.setdefault(key, set()).add(person)
    return found


def take_back(template: str, key: str) -> int:
    """What was told under this key is true no more: it leaves the lists, what has not gone out does not go, and what is told
    under it instead is told to all again."""
    return withdraw(Message.objects.filter(template=template, key=key).values_list("pk", flat=True))


@transaction.atomic
def withdraw(message_ids: Iterable[int]) -> int:
    moment, ids = clock.now(), list(message_ids)
    fresh = list(Message.objects.filter(pk__in=ids, withdrawn_at=None).values_list("pk", flat=True))
    count = Message.objects.filter(pk__in=ids, withdrawn_at=None).update(withdrawn_at=moment)
    Entry.objects.filter(message__in=ids).update(due_at=None, gather_at=None, once=None)
    Delivery.objects.filter(entry__message__in=ids, state=Delivery.State.QUEUED).update(
        state=Delivery.State.DROPPED, changed_at=moment
    )
    gone_out = Delivery.objects.filter(state__in=[Delivery.State.HANDED_OVER, Delivery.State.DELIVERED])
    by = [channel.key for channel in message_channels if channel.recall is not None]
    parcels = Parcel.objects.filter(message__in=fresh, channel__in=by, created_at__gt=moment - RECALLED_FOR)
    parcels = parcels.filter(Exists(gone_out.filter(parcel=OuterRef("pk"))))
    for number, key in parcels.order_by("pk").values_list("number", "channel"):
        defer("messages.recall", channel=key, number=str(number))
    return count
