"""Roll-backs (回滚): an import of old cards is taken back as a whole. One asks; another decides, who neither handed it in nor approved it."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.numbering import services as numbering
from nanhu.kernel.proposals import given
from nanhu.systems.assets.counting.models import CountRow
from nanhu.systems.assets.errors import CardsInUseError, MonthClosedSinceError
from nanhu.systems.assets.models import Asset, CardImport, Improvement, Loss, Movement, Rollback, Transfer
from nanhu.systems.assets.numbers import THINGS
from nanhu.systems.assets.services.depreciating import is_closing, keep_months
from nanhu.systems.assets.services.moving import AT_HAND, movement_of

State = Rollback.State
POSTED, UNDONE = CardImport.State.POSTED, CardImport.State.UNDONE


@transaction.atomic
def ask(*, by: Actor, token: UUID, batch: CardImport, reason: str) -> Rollback:
    known = Rollback.known(by, token)
    if known is not None:
        return known
    found = batch.locked_in({POSTED})
    waits = found.rollbacks.filter(state=State.ASKED).first()
    if waits is not None:
        raise waits.wrong_state()
    refuse_used(found)
    asked = Rollback.objects.create(
        token=token, author_id=account_of(by), author_name=by.name, batch=found, reason=given(reason)
    )
    found.note(by, "ask_undo_{}", asked.reason)
    return asked


@transaction.atomic
def agree(*, by: Actor, rollback: Rollback) -> Rollback:
    """Its cards are void and their numbers rest, all or none."""
    keep_months()
    batch = rollback.batch.locked_in({POSTED})
    found = rollback.locked_in({State.ASKED}, Rollback.objects.select_related("batch"))
    found.decide(by, state=State.DONE)
    found.save()
    void(by, refuse_used(batch), found.reason)
    batch.enter(by, UNDONE, "undo_{}", found.reason)
    return found


@transaction.atomic
def refuse(*, by: Actor, rollback: Rollback, answer: str) -> Rollback:
    found = rollback.locked_in({State.ASKED}, Rollback.objects.select_related("batch"))
    found.decide(by, state=State.REFUSED, answer=given(answer))
    found.save()
    found.batch.note(by, "keep_{}", found.answer)
    return found


def refuse_used(batch: CardImport) -> list[Asset]:
    """Its things, locked, where nothing was done with one since: moved, confirmed, seen, asked for, depreciated, or compared in a month's
    close."""
    if is_closing(batch.month):
        raise MonthClosedSinceError
    rows = Asset.objects.select_for_update(of=("self",)).select_related("classification")
    things = list(rows.filter(pk__in=batch.rows.values("asset")).order_by("pk"))
    if touched := stood_on([one.pk for one in things]):
        raise CardsInUseError(number=touched[0], count=len(touched))
    return things


def void(by: Actor, things: list[Asset], reason: str) -> None:
    moves = []
    for one in things:
        before = (one.state, one.unit_id, one.keeper_id, one.room_id)
        one.state = Asset.State.VOID
        moves.append(movement_of(by=by, asset=one, kind=Movement.Kind.VOIDED, before=before, reason=reason))
    Asset.objects.bulk_update(things, ["state"], batch_size=1_000)
    Movement.objects.bulk_create(moves, batch_size=1_000)
    numbering.void_many(by=by, series=THINGS, numbers=[one.number for one in things], reason=reason)


def stood_on(ids: Collection[int]) -> list[str]:
    """Their numbers, of those with which anything was done since they came."""
    ours = Asset.objects.filter(pk__in=ids)
    counted = ours.annotate(moves=Count("movements")).filter(moves__gt=1)
    waiting = [
        model.objects.filter(asset__in=ids, state="asked").values("asset") for model in (Transfer, Improvement, Loss)
    ]
    touched = Q(confirmed_at__isnull=False) | Q(last_seen_at__isnull=False) | Q(booked__isnull=False)
    touched |= Q(pk__in=counted.values("pk")) | ~Q(state__in=AT_HAND) | Q(pk__in=Asset.objects.values("split_from"))
    scanned = CountRow.objects.filter(asset__in=ids).values("asset")
    for rows in (*waiting, scanned):
        touched |= Q(pk__in=rows)
    return sorted(ours.filter(touched).values_list("number", flat=True).distinct())
