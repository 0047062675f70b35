"""Roll-backs (回滚) of old cards: an import is taken back as a whole, by two (kernel.rollbacks)."""

from collections.abc import Callable, Collection
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from nanhu.kernel import rollbacks
from nanhu.kernel.actors import Actor
from nanhu.kernel.numbering import services as numbering
from nanhu.systems.assets.errors import CardsInUseError, MonthClosedSinceError
from nanhu.systems.assets.models import (
    Asset,
    CardImport,
    Improvement,
    Inspection,
    Letting,
    Loss,
    Movement,
    Rollback,
    Transfer,
)
from nanhu.systems.assets.numbers import THINGS
from nanhu.systems.assets.services.depreciating import is_closing, keep_months
from nanhu.systems.assets.services.moving import AT_HAND, movement_of

uses: Final[list[Callable[[Collection[int]], QuerySet[Any]]]] = []
"""Which of these things anything stands on besides: what was seen in a count, as `counting` says."""


def ask(*, by: Actor, token: UUID, batch: CardImport, reason: str) -> Rollback:
    return rollbacks.ask(Rollback, by=by, token=token, batch=batch, reason=reason, check=refuse_used)


@transaction.atomic
def agree(*, by: Actor, rollback: Rollback) -> None:
    """Its cards are void and their numbers rest, all or none."""
    keep_months()
    rollbacks.agree(by=by, rollback=rollback, undo=lambda batch, reason: void(by, refuse_used(batch), reason))


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
        model.objects.filter(asset__in=ids, state="asked").values("asset")
        for model in (Transfer, Letting, Improvement, Loss)
    ]
    touched = Q(confirmed_at__isnull=False) | Q(last_seen_at__isnull=False) | Q(booked__isnull=False)
    touched |= Q(pk__in=counted.values("pk")) | ~Q(state__in=AT_HAND) | Q(pk__in=Asset.objects.values("split_from"))
    inspected = Inspection.objects.filter(asset__in=ids).values("asset")
    for rows in (*waiting, inspected, *(used(ids) for used in uses)):
        touched |= Q(pk__in=rows)
    return sorted(ours.filter(touched).values_list("number", flat=True).distinct())
