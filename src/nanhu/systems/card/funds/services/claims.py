"""Claiming (领款) in two steps, for a chip is written between them: begin fixes the sum, finish says what became of it.

A claim ends once. Until it is known whether the chip was written its sum stays `writing`: it can be claimed by nobody, and
is not lost. Before the write is authorised no chip can have taken it; after that nobody's word is believed that it was
not written: the chip's online counter tells at its next touch (`settle_by_counter`), or its chip is replaced.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.chip.models import SuspenseCase
from nanhu.systems.card.chip.services import loads
from nanhu.systems.card.chip.services.suspense import open_case
from nanhu.systems.card.errors import CardStateError
from nanhu.systems.card.funds.errors import (
    ClaimResolvedError,
    ClaimUnsettledError,
    CounterWentBackError,
    NothingToClaimError,
    UntoldWriteError,
)
from nanhu.systems.card.funds.models import Claimable, ClaimOrder
from nanhu.systems.card.funds.services.pending import lock_funds
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.receipts import write_receipt
from nanhu.systems.card.services.top_up import settle_debt

WRITING, WRITTEN, NOT_WRITTEN = ClaimOrder.State.WRITING, ClaimOrder.State.WRITTEN, ClaimOrder.State.NOT_WRITTEN
OPEN = Claimable.State.WAITING
SAY_NOT_WRITTEN = frozenset({ClaimOrder.Settled.COUNTER, ClaimOrder.Settled.REISSUE})
"""What is believed after MAC2 has left the house; the trigger card_claim_order_resolves_once holds it too."""
MOST_CHALLENGE_FEN = 2**20
BY = Actor.system("card.claims")


def begin_claim(
    *,
    by: Actor,
    card: Card,
    terminal: Terminal | None,
    claimables: Collection[int] | None = None,
    online_counter: int | None = None,
) -> ClaimOrder:
    """Fix what will be written: all that waits and is due, or those of these ids. An open claim is settled first."""
    with transaction.atomic():
        current = locked_card(card)
        settle_open(by=by, card=current, online_counter=online_counter)
        _pending, balances = lock_funds(current.wallet)
        chosen = due(current, claimables)
        order = open_order(by=by, card=current, terminal=terminal, chosen=chosen, balances=balances)
        if order is None:
            raise NothingToClaimError
        return order


def open_order(
    *, by: Actor, card: Card, terminal: Terminal | None, chosen: Sequence[Claimable], balances: Mapping[int, int]
) -> ClaimOrder | None:
    """None where there is nothing. The caller holds the wallet's balances and these claimables."""
    amount = sum(one.left_fen for one in chosen)
    if not amount:
        return None
    order = ClaimOrder.objects.create(
        wallet=card.wallet,
        card=card,
        terminal=terminal,
        amount_fen=amount,
        settles_fen=min(balances[card.wallet.receivable_id], amount),
        begun_at=now(),
    )
    ids = [one.pk for one in chosen]
    Claimable.objects.filter(pk__in=ids).update(state=Claimable.State.WRITING, order=order)
    facts = {"order": order.pk, "fen": amount, "claimables": ids, "terminal": terminal.number if terminal else ""}
    audit.record(by=by, action="card.begin_claim", target=f"card:{card.number}", facts=facts)
    return order


def claim_without_chip(*, by: Actor, card: Card, is_only_due: bool = False) -> ClaimOrder | None:
    """What waits, due or not, into the wallet of a card that no chip will ever write (its holder has left)."""
    with transaction.atomic():
        end_open(by=by, card=card)
        _pending, balances = lock_funds(card.wallet)
        rows = Claimable.objects.select_for_update().filter(wallet=card.wallet, state=OPEN).order_by("id")
        chosen = due(card, None) if is_only_due else list(rows)
        order = open_order(by=by, card=card, terminal=None, chosen=chosen, balances=balances)
        if order is None:
            return None
        return resolve(by=by, order=order, is_written=True, settled_by=ClaimOrder.Settled.CLERK)


def end_open(*, by: Actor, card: Card) -> None:
    """An open claim of a card that is read no more: what its chip may have taken is the wallet's, as all that lies on it."""
    for order in ClaimOrder.objects.filter(wallet=card.wallet, state=WRITING):
        if release(by=by, order=order, settled_by=ClaimOrder.Settled.CLERK).state == WRITING:
            resolve(by=by, order=order, is_written=True, settled_by=ClaimOrder.Settled.CLERK)


def locked_card(card: Card) -> Card:
    """First of all locks: whoever begins, authorises or settles a claim of this card waits for the others."""
    current = Card.objects.select_for_update(of=("self",)).select_related("wallet").get(pk=card.pk)
    if current.state != Card.State.ISSUED:
        raise CardStateError(state=Card.State(current.state).label)
    return current


def due(card: Card, ids: Collection[int] | None) -> list[Claimable]:
    rows = Claimable.objects.select_for_update().filter(wallet=card.wallet, state=OPEN, available_at__lte=now())
    return list((rows if ids is None else rows.filter(pk__in=ids)).order_by("id"))


def finish_claim(*, by: Actor, order: ClaimOrder, is_written: bool, proof: dict[str, Any] | None = None) -> ClaimOrder:
    """What the terminal reports. The same report again changes nothing; another one after it is refused.

    "Not written" after the write was authorised leaves the claim open: the card's counter decides at its next touch.
    """
    return resolve(by=by, order=order, is_written=is_written, settled_by=ClaimOrder.Settled.TERMINAL, proof=proof)


def resolve(
    *, by: Actor, order: ClaimOrder, is_written: bool, settled_by: str, proof: dict[str, Any] | None = None
) -> ClaimOrder:
    """Written: pending → wallet, with a receipt. Not written: it waits again.

    Judged under the order's lock. Comes back open where "not written" is not to be believed.
    """
    with transaction.atomic():
        pending, balances = lock_funds(order.wallet)
        current = (
            ClaimOrder.objects.select_for_update(of=("self",))
            .select_related("card__wallet", "terminal")
            .get(pk=order.pk)
        )
        if current.state != WRITING:
            if (current.state == WRITTEN) is is_written:
                return current
            raise ClaimResolvedError(state=ClaimOrder.State(current.state).label)
        if current.authorised_at and not is_written and settled_by not in SAY_NOT_WRITTEN:
            return current
        current.state, current.settled_by = (WRITTEN if is_written else NOT_WRITTEN), settled_by
        current.proof, current.ended_at = proof or {}, now()
        if is_written:
            current.receipt_id = move(by=by, order=current, pending=pending, before_fen=balances[current.wallet_id])
            current.claimables.update(state=Claimable.State.CLAIMED, ended_at=current.ended_at)
        else:
            current.claimables.update(state=OPEN, order=None)
        current.save()
        if is_written:
            settle(by=by, order=current, balances=balances)
            note_on_chip(by=by, order=current)
        facts = {"order": current.pk, "fen": current.amount_fen, "state": current.state, "by": settled_by}
        audit.record(by=by, action="card.finish_claim", target=f"card:{current.card.number}", facts=facts)
        return current


def move(*, by: Actor, order: ClaimOrder, pending: int, before_fen: int) -> int:
    leg = ledger.Leg(debit_account_id=pending, credit_account_id=order.wallet_id, amount_fen=order.amount_fen)
    entry = ledger.post(by=by, kind="card.claim", legs=[leg], key=f"card.claim:{order.public_id}")
    sources = dict.fromkeys(Claimable.Source(one.source) for one in order.claimables.order_by("id"))
    return write_receipt(
        kind="claim",
        card=order.card,
        amount_fen=order.amount_fen,
        balance_fen=before_fen + order.amount_fen,
        entry_id=entry.entry_id,
        detail=" ".join(sources),
    )


def note_on_chip(*, by: Actor, order: ClaimOrder) -> None:
    """The chip's record moves on with the claim; its proof is empty where the counter alone told. A clerk's word moves
    the money alone: nobody read the chip."""
    if not order.authorised_at or order.terminal is None or order.settled_by == ClaimOrder.Settled.CLERK:
        return
    if not loads.has_chip(order.card):
        return
    loads.record_load(
        by=by,
        card=order.card,
        terminal_number=order.terminal.number,
        amount_fen=order.write_fen,
        online_counter=order.online_counter or 0,
        balance_before_fen=order.chip_balance_fen or 0,
        at=order.authorised_at,
        tac=str(order.proof.get("tac", "")),
        receipt_id=order.receipt_id or 0,
        offline_counter=order.offline_counter,
    )


def settle(*, by: Actor, order: ClaimOrder, balances: Mapping[int, int]) -> None:
    """A debt takes its part of the claim, no more than was kept off the chip for it."""
    owed = min(order.settles_fen, balances[order.card.wallet.receivable_id])
    settle_debt(by=by, card=order.card, owed_fen=owed, balance_fen=balances[order.wallet_id] + order.amount_fen)


def authorise_write(
    *,
    by: Actor,
    order: ClaimOrder,
    online_counter: int,
    chip_balance_fen: int,
    at: str,
    offline_counter: int | None = None,
) -> ClaimOrder:
    """From now on the chip may have been written: kept before MAC2 leaves the house. `at` is the time inside it."""
    with transaction.atomic():
        current = ClaimOrder.objects.select_for_update().get(pk=order.pk)
        if current.state != WRITING or current.authorised_at:
            raise ClaimResolvedError(state=ClaimOrder.State(current.state).label)
        current.online_counter, current.chip_balance_fen, current.authorised_at = online_counter, chip_balance_fen, at
        current.offline_counter, current.challenge_fen = offline_counter, 1 + secrets.randbelow(MOST_CHALLENGE_FEN)
        current.save(
            update_fields=["online_counter", "offline_counter", "chip_balance_fen", "authorised_at", "challenge_fen"]
        )
        facts = {"order": current.pk, "counter": online_counter, "chip_fen": chip_balance_fen}
        audit.record(by=by, action="card.authorise_write", target=f"claim:{current.public_id}", facts=facts)
        return current


def settle_open(*, by: Actor, card: Card, online_counter: int | None) -> ClaimOrder | None:
    """Bring the card's open claim to its end before anything else is written; None where none is open.

    The caller holds the card (`locked_card`), so that no write of it is authorised meanwhile.
    """
    order = ClaimOrder.objects.filter(wallet=card.wallet, state=WRITING).first()
    if order is None:
        return None
    if not order.authorised_at:
        return release(by=by, order=order, settled_by=ClaimOrder.Settled.JOB)
    if online_counter is None:
        raise ClaimUnsettledError
    return settle_by_counter(by=by, order=order, online_counter=online_counter)


def challenge_of(card: Card) -> int | None:
    """What the chip has to sign with its counter where an authorised claim is open: whoever holds a terminal's key would else say of it what
    he likes. The sum was known to nobody before MAC2, and a chip that begins another load forgets the one of that MAC2: what it
    signs now stays true. The caller holds the card."""
    order = ClaimOrder.objects.filter(wallet=card.wallet, state=WRITING).exclude(authorised_at="").first()
    return None if order is None or not loads.has_chip(card) else order.challenge_fen


def refuse_untold_write(*, card: Card, online_counter: int, terminal: Terminal, sequence: int) -> None:
    """A chip that counts more than its last write that ended "not written" took that sum after all: whoever told its
    counter then did not tell the truth. The caller holds the card, and keeps what is noted here."""
    authorised = ClaimOrder.objects.filter(card=card).exclude(state=WRITING).exclude(authorised_at="")
    last = authorised.order_by("-pk").first()
    if last is None or last.state == WRITTEN or online_counter <= (last.online_counter or 0):
        return
    facts = {"order": last.pk, "fen": last.amount_fen, "told": [online_counter], "known": [last.online_counter]}
    audit.record(
        by=BY, action="card.untold_write", target=f"card:{card.number}", facts=facts | {"terminal": terminal.number}
    )
    open_case(
        terminal=terminal,
        sequence=sequence,
        card=card,
        reason=SuspenseCase.Reason.UNTOLD_WRITE,
        amount_fen=last.write_fen,
        row={"order": str(last.public_id), "known": last.online_counter, "chip": {"c": online_counter}},
    )
    raise UntoldWriteError


def release(*, by: Actor, order: ClaimOrder, settled_by: str) -> ClaimOrder:
    """The sum waits again: no chip was written, or the chip that may have been is dead. Without the chip's counter or
    its replacement an authorised claim stays open."""
    return resolve(by=by, order=order, is_written=False, settled_by=settled_by)


def settle_by_counter(*, by: Actor, order: ClaimOrder, online_counter: int) -> ClaimOrder:
    """A chip counts each online write: one that counted on since begin was written, one that did not was not."""
    before = order.online_counter
    if before is None or not order.authorised_at:
        raise ClaimUnsettledError
    if online_counter < before:
        raise CounterWentBackError
    return resolve(
        by=by,
        order=order,
        is_written=online_counter > before,
        settled_by=ClaimOrder.Settled.COUNTER,
        proof={"online_counter": online_counter},
    )
