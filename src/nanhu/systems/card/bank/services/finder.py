"""The finder (查找): takes what is due, one lease at a time, and does its next step. Runs beside the worker, woken by the
database when an order is written; many may run at once, for each deed at the bank has one request id."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import connection, connections

from nanhu.kernel.clock import now
from nanhu.kernel.jobs.companions import companions, keep_turning
from nanhu.systems.card.bank.acquirer import AcquirerSilentError
from nanhu.systems.card.bank.errors import PaymentOddError
from nanhu.systems.card.bank.gateway import BankSilentError
from nanhu.systems.card.bank.models import Agreement, BankPayout, Load, OnlineTopUp
from nanhu.systems.card.bank.services import agreements, loads, payouts, top_ups
from nanhu.systems.card.bank.services.timing import LEASE, next_look
from nanhu.systems.card.funds.models import Claimable

log = logging.getLogger(__name__)
CHANNEL = "card_bank"
AT_ONCE = 4
BATCH = 50
TAKE = """
    UPDATE {table} SET next_at = %s, tries = tries + 1
    WHERE id IN (SELECT id FROM {table} WHERE next_at <= %s ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING id
"""
type Step = Callable[[], None]


def find(limit: int = BATCH) -> list[Step]:
    """The steps that are due, each leased to us."""
    return [
        *(partial(one_load, pk) for pk in taken("card_load", limit)),
        *(partial(one_agreement, pk) for pk in taken("card_agreement", limit)),
        *(partial(one_payout, pk) for pk in taken("card_bank_payout", limit)),
        *(partial(one_top_up, pk) for pk in taken("card_online_top_up", limit)),
    ]


def taken(table: str, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(TAKE.format(table=table), [now() + LEASE, now(), limit])
        return [pk for (pk,) in cursor.fetchall()]


def one_load(pk: int) -> None:
    load = Load.objects.select_related("agreement__channel").get(pk=pk)
    try:
        loads.step(load)
    except BankSilentError as error:
        log.warning("load %s: %s", load.number, error)
        Load.objects.filter(pk=pk, next_at__isnull=False).update(next_at=next_look(load.tries))


def one_agreement(pk: int) -> None:
    agreement = Agreement.objects.select_related("channel").get(pk=pk)
    try:
        agreements.look(agreement)
    except BankSilentError as error:
        log.warning("agreement %s: %s", agreement.number, error)
    Agreement.objects.filter(pk=pk, next_at__isnull=False).update(next_at=next_look(agreement.tries))


def one_payout(pk: int) -> None:
    payout = BankPayout.objects.select_related("channel").get(pk=pk)
    try:
        payouts.step(payout)
    except BankSilentError as error:
        log.warning("payout %s: %s", payout.number, error)
        BankPayout.objects.filter(pk=pk, next_at__isnull=False).update(next_at=next_look(payout.tries))


def one_top_up(pk: int) -> None:
    top_up = OnlineTopUp.objects.select_related("channel").get(pk=pk)
    try:
        top_ups.step(top_up)
    except (AcquirerSilentError, PaymentOddError) as error:
        log.warning("top-up %s: %s", top_up.number, error)
        OnlineTopUp.objects.filter(pk=pk, next_at__isnull=False).update(next_at=next_look(top_up.tries))


def guarded(step: Step) -> None:
    """On a thread of its own: a step that breaks is tried again after its lease."""
    try:
        step()
    except Exception:
        log.exception("a step at the bank broke")
    finally:
        connections.close_all()


def run(stopping: threading.Event) -> None:
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="card_bank") as pool:
        keep_turning(stopping, name="the finder", channel=CHANNEL, begin=lambda: partial(send_off, pool))


def send_off(pool: ThreadPoolExecutor) -> bool:
    """What is due goes onto the pool's threads; nobody waits for it."""
    for one in find(AT_ONCE * 2):
        pool.submit(guarded, one)
    return False


def follow_claims() -> int:
    """Loads whose money was claimed long after (领款): the claim is the truth, the load says so too."""
    late = Load.objects.filter(state=Load.State.UNCLAIMED, claimable__state=Claimable.State.CLAIMED)
    for load in late[:500]:
        loads.follow_claimable(load)
    return len(late)


companions["card_bank"] = run
