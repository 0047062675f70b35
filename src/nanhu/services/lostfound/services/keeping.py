"""The keeping desk (失物招领处): what is handed in, given back against a document and a signature, or a card whose owner is told."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import folding
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.proposals import given
from nanhu.kernel.registry import FoundCardReport, found_cards
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.services.lostfound import rules
from nanhu.services.lostfound.errors import NotOnTheShelfError, ReceiverError
from nanhu.services.lostfound.models import HandOver, Item
from nanhu.services.lostfound.services.trail import locked, note, notify

State = Item.State
HELD = (State.PENDING, State.OPEN, State.EXPIRED, State.GUARDED, State.CLOSED)


@transaction.atomic
def hand_in(*, by: Actor, item: Item, shelf: str) -> Item:
    found = locked(item, HELD)
    if found.handed_in_at is None:
        found.handed_in_at, found.handed_in_by_name, found.shelf = now(), by.name, shelf
        found.save()
        note(by, "lostfound.hand_in", found, shelf=shelf)
    return found


@transaction.atomic
def hand_over(
    *, by: Actor, item: Item, document: str, receiver: int | None = None, receiver_name: str = "", slip: str = ""
) -> HandOver:
    """To a person of the school (by id), who signs it signed in, or to anybody who signed a slip of paper."""
    found = locked(item, HELD)
    if found.handed_in_at is None or HandOver.objects.filter(item=found).exists():
        raise NotOnTheShelfError
    account = identity.account_of(receiver) if receiver is not None else None
    if (account is None and not (receiver_name and slip)) or (account is not None and account.pk == by.account_id):
        raise ReceiverError
    made = HandOver.objects.create(
        item=found,
        giver_id=account_of(by),
        giver_name=by.name,
        receiver=account,
        receiver_name=name_of(account) if account else receiver_name,
        document=document,
        slip=slip,
        signed_at=now() if slip else None,
    )
    found.state, found.ended_at, found.review_due_at = State.RETURNED, now(), None
    found.save()
    note(by, "lostfound.hand_over", found, seen_document=document, slip=slip)
    if account is not None and not slip:
        notify(account, _("失物招领处把“%(item)s”交给您了，请到“失物招领·我的”里签收。") % {"item": found.title})
    return made


def name_of(account: identity.Account) -> str:
    card = people.person_card(account.person_id)
    return card.name if card else ""


@transaction.atomic
def sign(*, by: Actor, item: Item) -> HandOver:
    """By who received it, signed in."""
    found = HandOver.objects.select_for_update(of=("self",)).filter(item=item, receiver_id=by.account_id).first()
    if found is None:
        raise NotFoundError(what=Item.what)
    if found.signed_at is None:
        found.signed_at = now()
        found.save(update_fields=["signed_at"])
        note(by, "lostfound.sign", item)
    return found


@transaction.atomic
def dispose(*, by: Actor, item: Item, reason: str) -> Item:
    """Nobody came for it, or nobody brought what was to be handed in: the reason says what became of it. Nobody looks for it again."""
    found = locked(item, HELD)
    if found.handed_in_at is None and found.state != State.GUARDED:
        raise NotOnTheShelfError
    found.state, found.ended_at, found.review_due_at = State.CLOSED, now(), None
    found.expires_on = min(found.expires_on, campus_today() - timedelta(days=1))
    found.handed_in_at, found.shelf = None, ""
    found.save()
    note(by, "lostfound.dispose", found, given(reason))
    return found


@transaction.atomic
def receive_card(*, by: Actor, number: str, name: str, tail: str, shelf: str) -> Item:
    """A campus card on the desk: its owner is told, it never comes on the board. Number and name are kept nowhere."""
    words = _("校园卡")
    item = Item.objects.create(
        kind=Item.Kind.FOUND,
        category=Item.Category.CARD,
        words=words,
        place_words=_("失物招领处"),
        happened_at=now(),
        keeper=Item.Keeper.DESK,
        searched=folding.searched(words, ""),
        state=State.GUARDED,
        author_id=account_of(by),
        author_name=by.name,
        expires_on=campus_today() + rules.SHOWN_FOR,
        handed_in_at=now(),
        handed_in_by_name=by.name,
        shelf=shelf,
    )
    note(by, "lostfound.receive_card", item, shelf=shelf)
    for handler in found_cards:
        handler.report(
            by, FoundCardReport(kept_at=_("失物招领处"), number=number, name=name, tail=tail, is_at_desk=True)
        )
    return item
