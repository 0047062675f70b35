"""The keeping desk (失物招领处): what is handed in, given back against a document and a signature, or a card whose owner is told."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop

from nanhu.kernel import folding
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.proposals import given
from nanhu.kernel.registry import FoundCardReport, found_cards
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.services.lostfound import rules
from nanhu.services.lostfound.errors import HandedOverError, NotOnTheShelfError, ReceiverError, SlipError
from nanhu.services.lostfound.models import Claim, HandOver, Item
from nanhu.services.lostfound.services.trail import day_ago, end, end_claims, locked, note, notify

State = Item.State
HELD = (State.PENDING, State.OPEN, State.EXPIRED, State.GUARDED, State.CLOSED, State.REJECTED)
"""What its finder may still bring. What lies on the shelf is the desk's, whatever the board says of it."""


def is_on_shelf(item: Item) -> bool:
    return item.handed_in_at is not None and not HandOver.objects.filter(item=item).exists()


def may_hand_in(item: Item) -> bool:
    is_here = item.handed_in_at is not None or HandOver.objects.filter(item=item).exists()
    return item.kind == Item.Kind.FOUND and item.state in HELD and not is_here


@transaction.atomic
def hand_in(*, by: Actor, item: Item, shelf: str) -> Item:
    """What was found; whoever was to keep it, from here on the desk does."""
    found = locked(item)
    if is_on_shelf(found):
        return found
    if not may_hand_in(found):
        raise found.wrong_state()
    found.handed_in_at, found.handed_in_by_name, found.shelf = now(), by.name, shelf
    found.keeper = Item.Keeper.DESK
    found.save()
    note(by, "lostfound.hand_in", found, shelf=shelf)
    for right in found.claims.filter(state=Claim.State.RIGHT).select_related("claimer"):
        says = _lazy("您认领的“%(item)s”到了失物招领处，请带证件去领取。")
        notify(right.claimer, says, item=found.public_title)
    return found


@transaction.atomic
def hand_over(
    *, by: Actor, item: Item, document: str, receiver: int | None = None, receiver_name: str = "", slip: str = ""
) -> HandOver:
    """To a person of the school (by id), who signs it signed in, or to anybody who signed a slip of paper."""
    found = locked(item)
    if not is_on_shelf(found):
        raise NotOnTheShelfError
    account = identity.account_of(receiver) if receiver is not None else None
    if (account is None and not (receiver_name and slip)) or (account is not None and account.pk == by.account_id):
        raise ReceiverError
    made = HandOver(
        item=found,
        giver_id=account_of(by),
        giver_name=by.name,
        receiver=account,
        receiver_name=name_of(account) if account else receiver_name,
        document=document,
        slip=folding.tidied(slip).upper(),
        signed_at=now() if slip else None,
    )
    with refused_as(SlipError, by="lostfound_hand_over_slip_once"):
        made.save()
    end(found, State.RETURNED)
    found.save()
    end_claims(found, but=account.pk if account else None)
    note(by, "lostfound.hand_over", found, seen_document=document, slip=slip)
    for right in found.claims.filter(state=Claim.State.RIGHT).exclude(claimer=account).select_related("claimer"):
        says = _lazy("您认领的“%(item)s”，失物招领处交给了另一个人。不对的话请马上去那里。")
        notify(right.claimer, says, item=found.public_title)
    if account is not None and not slip:
        notify(account, _lazy("失物招领处把“%(item)s”交给您了，请到“失物招领·我的”里签收。"), item=found.title)
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
def take_back(*, by: Actor, item: Item, reason: str) -> Item:
    """It was the wrong one: on the shelf again. By the desk within a day, or by whoever it names, while he has not signed."""
    found = locked(item)
    handed = HandOver.objects.select_for_update(of=("self",)).filter(item=found).select_related("giver").first()
    if handed is None:
        raise found.wrong_state()
    is_named = handed.receiver_id == by.account_id
    if handed.signed_at is not None if is_named else handed.at < day_ago():
        raise HandedOverError
    handed.delete()
    found.state, found.ended_at = state_on_shelf(found), None
    if found.state == State.EXPIRED:
        found.ended_at = now()
    found.save()
    note(by, "lostfound.take_back", found, given(reason))
    if is_named:
        notify(handed.giver, _lazy("失物招领：“%(item)s”登记交给的人说没有领，请核对。"), item=found.title)
    return found


def state_on_shelf(item: Item) -> str:
    if item.approved_at is None and item.review_due_at is None:
        return State.GUARDED
    return State.OPEN if item.expires_on >= campus_today() else State.EXPIRED


@transaction.atomic
def dispose(*, by: Actor, item: Item, reason: str) -> Item:
    """Nobody came for it, or nobody brought what was to be handed in: the reason says what became of it. Nobody looks for it again."""
    found = locked(item)
    if not is_on_shelf(found) and found.state != State.GUARDED:
        raise NotOnTheShelfError
    end(found, State.CLOSED)
    found.expires_on = min(found.expires_on, campus_today() - timedelta(days=1))
    found.handed_in_at, found.shelf = None, ""
    found.save()
    end_claims(found)
    note(by, "lostfound.dispose", found, given(reason))
    return found


@transaction.atomic
def receive_card(*, by: Actor, number: str, name: str, tail: str, shelf: str) -> Item:
    """A campus card on the desk: its owner is told, it never comes on the board. Number and name are kept nowhere."""
    words = gettext_noop("校园卡")
    item = Item.objects.create(
        kind=Item.Kind.FOUND,
        category=Item.Category.CARD,
        words=words,
        place_words=gettext_noop("失物招领处"),
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
        is_of_desk=True,
    )
    note(by, "lostfound.receive_card", item, shelf=shelf)
    for handler in found_cards:
        handler.report(
            by, FoundCardReport(kept_at=_("失物招领处"), number=number, name=name, tail=tail, is_at_desk=True)
        )
    return item
