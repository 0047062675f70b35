"""Relay (站内留言): two people write to each other about an item; neither learns the other's number or name."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nanhu.kernel import throttle
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.throttle import Gate, Limit
from nanhu.services.lostfound import policies, rules
from nanhu.services.lostfound.errors import ConversationClosedError, OwnItemError
from nanhu.services.lostfound.models import Conversation, Item, Message
from nanhu.services.lostfound.services.reporting import refuse_barred
from nanhu.services.lostfound.services.trail import day_ago, locked, note, notify, refuse_beyond

WRITING: Final = Limit("lostfound.relay", free=40, cap=600, memory=timedelta(hours=12), leak=0.02)
"""Nobody who arranges to meet writes more."""
ENDED: Final = (Item.State.REJECTED, Item.State.CLOSED)
"""Who arranges to meet goes on after the thirty days."""


@transaction.atomic
def begin(*, by: Actor, item: Item, words: str, is_owner: bool = False) -> Conversation:
    """From the board: to the author of an item. The owner of a found card, who was told of it, does not wait for the review."""
    found = locked(item)
    guest_id = account_of(by)
    refuse_barred(guest_id)
    if found.author_id == guest_id:
        raise OwnItemError
    talk = Conversation.objects.filter(item=found, guest_id=guest_id).first()
    if talk is None:
        if not is_owner and not policies.is_on_board(found):
            raise found.wrong_state()
        lately = Conversation.objects.filter(guest_id=guest_id, created_at__gt=day_ago())
        refuse_beyond(guest_id, lately, rules.MOST_CONVERSATIONS_A_DAY, _("给新的人留言"))
        talk = Conversation.objects.create(item=found, guest_id=guest_id)
        note(by, "lostfound.begin_conversation", found)
    send(by=by, talk=talk, words=words)
    return talk


@transaction.atomic
def send(*, by: Actor, talk: Conversation, words: str) -> Message:
    """The other one is told by phone or mail of the first that he has not read; of what is written never."""
    refuse_barred(account_of(by))
    throttle.admit([Gate(WRITING, f"account:{by.account_id}")])
    found = Conversation.objects.select_for_update(of=("self",)).select_related("item__author", "guest").get(pk=talk.pk)
    if found.closed_at is not None or found.item.state in ENDED or found.item.hidden_at is not None:
        raise ConversationClosedError
    is_author = found.item.author_id == by.account_id
    receiver = found.guest if is_author else found.item.author
    read_at = found.guest_read_at if is_author else found.author_read_at
    unread = found.messages.filter(sender_id=by.account_id)
    is_first = not (unread.filter(at__gt=read_at) if read_at else unread).exists()
    made = Message.objects.create(conversation=found, sender_id=account_of(by), words=words)
    if is_first:
        says = _lazy("失物招领：有人就“%(item)s”给您留言，请到“失物招领·我的”里看。")
        notify(receiver, says, item=found.item.public_title)
    return made


@transaction.atomic
def close(*, by: Actor, talk: Conversation) -> None:
    """One of the two wants no more of it."""
    found = Conversation.objects.select_for_update(of=("self",)).select_related("item").get(pk=talk.pk)
    if found.closed_at is None:
        found.closed_at = now()
        found.save(update_fields=["closed_at"])
        note(by, "lostfound.close_conversation", found.item)


def mark_read(*, talk: Conversation, is_author: bool) -> None:
    side = "author_read_at" if is_author else "guest_read_at"
    Conversation.objects.filter(pk=talk.pk).update(**{side: now()})
