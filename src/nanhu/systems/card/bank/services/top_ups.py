"""Online top-ups (在线充值): ordered at UnionPay, told by its notice or found by query, credited once, else given back."""

import logging
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.once import lock_key
from nanhu.kernel.retries import Again
from nanhu.platforms.payments.api import (
    Channel,
    PaymentOddError,
    RequestReusedError,
    acquirer_channel,
    acquirer_of,
    clearing_account,
    first_look,
    new_number,
)
from nanhu.systems.card.bank.models import OnlineTopUp
from nanhu.systems.card.bank.services.loads import check_amount, check_balance
from nanhu.systems.card.errors import CardNotFoundError, CardStateError
from nanhu.systems.card.funds.services.credits import credit
from nanhu.systems.card.models import Card

log = logging.getLogger(__name__)
State = OnlineTopUp.State
BY = Actor.system("card.top_ups")
CLOSES_AFTER = timedelta(minutes=16)
"""A minute after UnionPay itself takes no payment any more (payTimeout)."""
TAKES = (Card.State.ISSUED, Card.State.LOST)
"""Whose card is lost still has a wallet; what is paid in waits to be claimed with the next card."""


def ask_top_up(
    *, by: Actor, card: Card, amount_fen: int, source: str, app: Channel | None = None, request: str | None = None
) -> OnlineTopUp:
    """Write the order down; `request` is the app's id of its question: the same again gives the same order, another holder
    or sum under it none."""
    check_amount(amount_fen)
    with transaction.atomic():
        if request is not None:
            lock_key(f"card.top_up:{app.pk if app else ''}:{request}")
        current = Card.objects.select_for_update(of=("self",)).select_related("wallet").get(pk=card.pk)
        orders = OnlineTopUp.objects.filter(app=app, request=request).select_related("card")
        known = orders.first() if request is not None else None
        if known is not None:
            if (known.card.wallet_id, known.amount_fen) != (current.wallet_id, amount_fen):
                raise RequestReusedError
            return known
        if current.state != Card.State.ISSUED:
            raise CardStateError(state=Card.State(current.state).label)
        check_balance(current, amount_fen)
        moment = now()
        made = OnlineTopUp.objects.create(
            number=new_number("TU"),
            channel=acquirer_channel(),
            app=app,
            request=request,
            card=current,
            source=source,
            amount_fen=amount_fen,
            txn_time=campus_time(moment).strftime("%Y%m%d%H%M%S"),
            due_at=first_look(),
        )
        facts = {"top_up": made.number, "fen": amount_fen, "source": source}
        audit.record(by=by, action="card.ask_top_up", target=f"card:{current.number}", facts=facts)
        return made


def open_top_up(top_up: OnlineTopUp) -> OnlineTopUp:
    """Ask UnionPay for the code; outside any transaction, the order is committed."""
    if top_up.state == State.ASKED:
        opened = acquirer_of(top_up.channel).open_order(
            order=top_up.number, txn_time=top_up.txn_time, amount_fen=top_up.amount_fen, back_url=back_url()
        )
        move(
            top_up,
            State.OPENED,
            among=(State.ASKED,),
            address=opened.address,
            tn=opened.tn,
            due_at=first_look(),
            attempts=0,
        )
        top_up.refresh_from_db()
    return top_up


def back_url() -> str:
    return configuration().public_url + reverse("payments_notices:acp_notice")


def move(top_up: OnlineTopUp, to: State, *, among: tuple[State, ...], **facts: Any) -> bool:
    with transaction.atomic():
        current = OnlineTopUp.objects.select_for_update(of=("self",)).get(pk=top_up.pk)
        if current.state not in among:
            return False
        for name, value in {"state": to, "due_at": None, **facts}.items():
            setattr(current, name, value)
        current.save()
        told = {"top_up": current.number, "state": to.value, "fen": current.amount_fen, "query_id": current.query_id}
        audit.record(by=BY, action="card.move_top_up", target=f"card_online_top_up:{current.pk}", facts=told)
        return True


def hear_paid(top_up: OnlineTopUp, *, query_id: str, amount_fen: int, settled_on: date | None) -> None:
    """Somebody we believe said that it is paid: first that stands in the books, then the money moves. Twice is once."""
    if amount_fen != top_up.amount_fen or not query_id or top_up.query_id not in {None, query_id}:
        raise PaymentOddError(number=top_up.number)
    day = settled_on or campus_today()
    try:
        move(
            top_up,
            State.PAID,
            among=(State.ASKED, State.OPENED, State.CLOSED),
            query_id=query_id,
            settled_on=day,
            due_at=now(),
            attempts=0,
        )
    except IntegrityError as error:
        raise PaymentOddError(number=top_up.number) from error
    credit_top_up(top_up)


def credit_top_up(top_up: OnlineTopUp) -> None:
    """What cannot be credited goes back the way it came. A transfer of the bank's own app has no such way once the bank was
    told: it waits in its holder's wallet, from which the card office pays leavers back."""
    with transaction.atomic():
        current = (
            OnlineTopUp.objects.select_for_update(of=("self",))
            .select_related("card__wallet", "channel")
            .get(pk=top_up.pk)
        )
        if current.state != State.PAID:
            return
        if current.channel.kind == Channel.Kind.ACQUIRER and not takes_money(current.card):
            move(current, State.REFUNDING, among=(State.PAID,), sentence="校园卡已停用，原路退款", due_at=now())
            return
        made = credit(
            by=BY,
            wallet=current.card.wallet,
            source="online_top_up",
            amount_fen=current.amount_fen,
            key=f"online:{current.number}",
            from_account_id=clearing_account(current.channel),
            reference=current.query_id or current.number,
        )
        move(current, State.CREDITED, among=(State.PAID,), claimable=made)


def takes_money(card: Card) -> bool:
    """Of this person any card that lives: a card replaced meanwhile does not send the money back."""
    return Card.objects.filter(wallet_id=card.wallet_id, state__in=TAKES).exists()


def step(top_up: OnlineTopUp) -> Again | None:
    """Do what is next for this top-up."""
    if top_up.state == State.PAID:
        credit_top_up(top_up)
        return None
    return refund(top_up) if top_up.state == State.REFUNDING else ask_acquirer(top_up)


def ask_acquirer(top_up: OnlineTopUp) -> Again | None:
    trade = acquirer_of(top_up.channel).query(order=top_up.number, txn_time=top_up.txn_time)
    is_over = top_up.created_at < now() - CLOSES_AFTER
    if trade.state == "paid":
        hear_paid(top_up, query_id=trade.query_id, amount_fen=trade.amount_fen, settled_on=trade.settled_on)
    elif is_over:
        move(top_up, State.CLOSED, among=(State.ASKED, State.OPENED), sentence=trade.sentence)
    else:
        return Again(trade.sentence)
    return None


def refund(top_up: OnlineTopUp) -> Again | None:
    """Asked until it is answered, always under the same number, so that it is given back once."""
    if top_up.channel.kind != Channel.Kind.ACQUIRER:
        return None
    said = acquirer_of(top_up.channel).refund(
        order=f"RF{top_up.number[2:]}",
        txn_time=top_up.txn_time,
        original=top_up.query_id or "",
        amount_fen=top_up.amount_fen,
        back_url=back_url(),
    )
    if said.state == "refunded":
        move(top_up, State.REFUNDED, among=(State.REFUNDING,), sentence=said.sentence)
        return None
    log.warning("refund of %s: %s", top_up.number, said.sentence)
    return Again(said.sentence)


def hear_transfer(*, channel: Channel, reference: str, card: Card, amount_fen: int, settled_on: date) -> OnlineTopUp:
    """Money that the bank's own app sent: the bank debited and tells. Its reference names it; told twice, it is one.

    Of a person whose cards died meanwhile nothing is taken: CardNotFoundError, and the bank gives it back.
    """
    with transaction.atomic():
        known = OnlineTopUp.objects.filter(number=reference).first()
        if known is None:
            living = Card.objects.select_for_update(no_key=True).filter(wallet_id=card.wallet_id, state__in=TAKES)
            if not list(living.order_by("pk")):
                raise CardNotFoundError
            try:
                with transaction.atomic():
                    known = OnlineTopUp.objects.create(
                        number=reference,
                        channel=channel,
                        card=card,
                        source=OnlineTopUp.Source.BANK_APP,
                        amount_fen=amount_fen,
                        state=State.PAID,
                        query_id=reference,
                        settled_on=settled_on,
                        due_at=now(),
                    )
            except IntegrityError:
                known = OnlineTopUp.objects.get(number=reference)
        if (known.amount_fen, known.card.wallet_id, known.channel_id) != (amount_fen, card.wallet_id, channel.pk):
            raise PaymentOddError(number=reference)
        credit_top_up(known)
    known.refresh_from_db()
    return known
