"""Old cards become things (导入旧卡片): all in one transaction, once, by a job."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.jobs import job, open_progress
from nanhu.systems.assets.models import Asset, CardImport, CardRow, Classification, Movement, Plan
from nanhu.systems.assets.queries.lives import months_of
from nanhu.systems.assets.rules import NOMINAL_FEN, month_of, months_between
from nanhu.systems.assets.services.receiving import enter_thing

WORKER = Actor.system("assets")
State = CardImport.State


@transaction.atomic
def make_import(*, by: Actor, token: UUID, title: str, rows: Sequence[CardRow], file_name: str = "") -> CardImport:
    known = CardImport.known(by, token)
    if known is not None:
        return known
    made = CardImport.objects.create(
        token=token,
        title=title,
        file_name=file_name,
        author_id=account_of(by),
        author_name=by.name,
        card_count=len(rows),
        value_fen=sum(row.card["value_fen"] for row in rows),
    )
    for row in rows:
        row.batch = made
    CardRow.objects.bulk_create(rows, batch_size=2_000)
    made.note(by, "make_{}")
    return made


@job("assets.take_cards")
def take_cards(batch_id: int) -> None:
    """May run twice: what stands is not entered again."""
    with transaction.atomic():
        batch = CardImport.objects.select_for_update().get(pk=batch_id)
        if batch.state != State.POSTING:
            return
        classes = {one.code: one for one in Classification.objects.all()}
        for row in batch.rows.filter(asset=None):
            row.asset = enter_card(row, classes)
            row.save(update_fields=["asset"])
        batch.state, batch.posted_at = State.POSTED, now()
        batch.save()
        audit.record(
            by=WORKER, action="assets.take_cards", target=f"card_import:{batch.public_id}", facts=batch.facts()
        )
    if batch.progress_id:
        open_progress(batch.progress_id).finish(_("已登记 %(count)s 张卡片") % {"count": batch.card_count})


def enter_card(row: CardRow, classes: dict[str, Classification]) -> Asset:
    card: dict[str, Any] = dict(row.card)
    asset = Asset(
        **card
        | {
            "former_number": row.former_number,
            "name": row.name,
            "classification": classes[card["classification"]],
            "acquired_on": date.fromisoformat(card["acquired_on"]),
            "put_into_use_on": date.fromisoformat(card["put_into_use_on"]),
            "state": Asset.State.IN_USE if card["keeper_id"] else Asset.State.IN_STOCK,
        }
    )
    enter_thing(by=WORKER, asset=asset, kind=Movement.Kind.IMPORTED, reason=row.batch.title)
    if asset.carried_fen:
        go_on_with_plan(asset)
    return asset


def go_on_with_plan(asset: Asset) -> None:
    """What is left of its value over what is left of its months, from this month on."""
    left, month = asset.value_fen - asset.carried_fen, month_of(campus_today())
    if not left or not asset.classification.is_depreciable or asset.value_fen == NOMINAL_FEN:
        return
    used = months_between(asset.put_into_use_on, month)
    months = max(1, months_of(asset.classification.code, campus_today()) - used)
    Plan.objects.create(asset=asset, from_month=month, base_fen=left, months=months, by_name=WORKER.name)
