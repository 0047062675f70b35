"""Old cards become things (导入旧卡片): all in one transaction, once, by a job."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.jobs import job, open_progress
from nanhu.kernel.once import lock_key
from nanhu.systems.assets.errors import CardsTwiceError
from nanhu.systems.assets.models import Asset, CardImport, CardRow, Classification, Movement, Plan
from nanhu.systems.assets.models.importing import former_numbers_waiting
from nanhu.systems.assets.models.things import FORMER_NUMBERS, former_numbers_taken
from nanhu.systems.assets.rules import month_of, months_between
from nanhu.systems.assets.services.depreciating import keep_months
from nanhu.systems.assets.services.receiving import enter_cards, first_plan, months_for

WORKER = Actor.system("assets")
State = CardImport.State


@transaction.atomic
def make_import(*, by: Actor, token: UUID, title: str, rows: Sequence[CardRow], file_name: str = "") -> CardImport:
    known = CardImport.known(by, token)
    if known is not None:
        return known
    lock_key(FORMER_NUMBERS)
    refuse_twice({row.former_number for row in rows})
    made = CardImport.begun(
        by,
        token,
        title=title,
        file_name=file_name,
        month=month_of(campus_today()),
        card_count=len(rows),
        value_fen=sum(row.card["value_fen"] for row in rows),
    )
    for row in rows:
        row.batch = made
    CardRow.objects.bulk_create(rows, batch_size=2_000)
    made.note(by, "make_{}")
    return made


def refuse_twice(numbers: set[str]) -> None:
    """Also beside another file that is handed in at the same moment."""
    taken = sorted(former_numbers_taken(numbers) | former_numbers_waiting(numbers))
    if taken:
        raise CardsTwiceError(number=taken[0], count=len(taken))


@job("assets.take_cards")
def take_cards(batch_id: int) -> None:
    """May run twice: what stands is not entered again."""
    with transaction.atomic():
        keep_months()
        batch = CardImport.objects.select_for_update().get(pk=batch_id)
        if batch.state != State.POSTING:
            return
        enter_rows(batch, list(batch.rows.filter(asset=None)))
        batch.posted_at = now()
        batch.enter(WORKER, State.POSTED, "take_cards")
    if batch.progress_id:
        open_progress(batch.progress_id).finish(_("已登记 %(count)s 张卡片") % {"count": batch.card_count})


def enter_rows(batch: CardImport, rows: Sequence[CardRow]) -> None:
    classes = {one.code: one for one in Classification.objects.all()}
    cards = []
    for row in rows:
        row.asset = thing_of(row, classes)
        cards.append((row.asset, rest_of_plan(row.asset, batch.month, row.card["months"])))
    enter_cards(by=WORKER, cards=cards, kind=Movement.Kind.IMPORTED, reason=batch.title)
    CardRow.objects.bulk_update(rows, ["asset"], batch_size=1_000)


def thing_of(row: CardRow, classes: dict[str, Classification]) -> Asset:
    card = {key: value for key, value in row.card.items() if key != "months"}
    return Asset(
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


def rest_of_plan(asset: Asset, month: date, months: int | None) -> Plan | None:
    """What is left of its value over what is left of its months, from the month in which the cards were handed in; all of it where
    nothing came with it."""
    if not asset.carried_fen:
        return first_plan(asset, months_for(asset, months), WORKER.name)
    left = asset.value_fen - asset.carried_fen
    if months is None or not left or months_for(asset, months) is None:
        return None
    over = max(1, months - months_between(asset.put_into_use_on, month))
    return Plan(asset=asset, from_month=month, base_fen=left, months=over, by_name=WORKER.name)
