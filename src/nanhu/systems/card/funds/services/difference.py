"""Book balance minus card balance, explained (差额说明): each fen is a named item, or it is unexplained and somebody must look.

A load or purchase that the chip proved moves both sides and leaves no item. The rest:
receipts that never touched the chip (cash at the counter, a phone's code, a deduction, an online payment the purse was
not asked for), debts, rows a terminal has not uploaded yet (counters are missing, and so is the money), rows in suspense,
and claims whose end nobody told. What waits to be claimed is in neither balance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.database.values import all_rows
from nanhu.systems.card.chip.models import Chip, ChipRow, SuspenseCase
from nanhu.systems.card.funds.models import Claimable, ClaimOrder
from nanhu.systems.card.kinds import KINDS

ACCOUNT = """
    SELECT chip_id, book_fen, card_fen, opening_fen, aside, linked_fen, missing_fen, missing_rows, counters
    FROM card_chip_account(%s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """`fen` is what the book has more than the card because of it."""

    key: str
    name: str | Promise
    fen: int
    counters: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`unexplained_fen` is 0, or something is wrong. `waiting_fen` is unclaimed: in neither balance."""

    book_fen: int
    card_fen: int
    items: tuple[Item, ...]
    unexplained_fen: int
    waiting_fen: int = 0

    @property
    def fen(self) -> int:
        return self.book_fen - self.card_fen


@dataclass(slots=True, kw_only=True)
class Figures:
    """One chip's row of card_chip_account, and what is known beside it."""

    chip: Chip
    book_fen: int
    card_fen: int
    opening_fen: int
    aside: dict[str, int]
    linked_fen: int
    missing_fen: int
    missing_rows: int
    counters: list[int]
    is_seen_by_load: bool = False  # and the terminal did not tell how many purchases came before it
    cases: list[SuspenseCase] = field(default_factory=list)
    claims: list[ClaimOrder] = field(default_factory=list)


def difference_of(chip: Chip) -> Difference:
    return explain([chip])[chip.pk]


def explain(chips: Sequence[Chip]) -> dict[int, Difference]:
    """By chip. Six queries, however many chips."""
    found = figures_of(chips)
    waiting = waiting_of({chip.card.wallet_id for chip in chips})
    return {key: explained(one, waiting.get(one.chip.card.wallet_id, 0)) for key, one in found.items()}


def figures_of(chips: Sequence[Chip]) -> dict[int, Figures]:
    known = {chip.pk: chip for chip in chips}
    found = {
        row[0]: Figures(
            chip=known[row[0]],
            book_fen=row[1],
            card_fen=row[2],
            opening_fen=row[3],
            aside=row[4] or {},
            linked_fen=row[5],
            missing_fen=row[6],
            missing_rows=row[7],
            counters=row[8],
        )
        for row in all_rows(ACCOUNT, [list(known)])
    }
    loads = ChipRow.objects.filter(chip__in=known, kind=ChipRow.Kind.LOAD, at=F("chip__seen_at"))
    for chip_id in loads.filter(offline_counter__isnull=True).values_list("chip_id", flat=True):
        found[chip_id].is_seen_by_load = True
    of_card = {chip.card_id: found[chip.pk] for chip in chips}
    for case in SuspenseCase.objects.filter(card__in=of_card).order_by("pk"):
        if case.card_id is not None:
            of_card[case.card_id].cases.append(case)
    for order in ClaimOrder.objects.filter(card__in=of_card, state=ClaimOrder.State.WRITING).exclude(authorised_at=""):
        of_card[order.card_id].claims.append(order)
    return found


def waiting_of(wallets: set[int]) -> dict[int, int]:
    rows = Claimable.objects.filter(wallet__in=wallets, state__in=["waiting", "writing"])
    sums = rows.values("wallet_id").annotate(fen=Sum(F("amount_fen") - F("set_off_fen")))
    return {row["wallet_id"]: row["fen"] for row in sums}


def explained(figures: Figures, waiting_fen: int) -> Difference:
    items = [*book_items(figures)]
    missing, unexplained = missing_items(figures)
    items += missing
    told = sum(item.fen for item in items) + unexplained
    rest = figures.book_fen - figures.card_fen - told  # the wallet moved without a receipt: cannot be, so it is told
    return Difference(
        book_fen=figures.book_fen,
        card_fen=figures.card_fen,
        items=tuple(items),
        waiting_fen=waiting_fen,
        unexplained_fen=unexplained + rest,
    )


def book_items(figures: Figures) -> list[Item]:
    found = []
    if figures.opening_fen:
        found.append(Item(key="opening", name=_("制卡时账上已有"), fen=figures.opening_fen))
    found += [
        Item(key=f"aside.{kind}", name=KINDS[kind].name, fen=fen) for kind, fen in sorted(figures.aside.items()) if fen
    ]
    if figures.linked_fen:
        found.append(Item(key="owed", name=_("记欠与抵欠"), fen=figures.linked_fen))
    return found


def missing_items(figures: Figures) -> tuple[list[Item], int]:
    """What the purse did and the book has not heard: named by suspense, open claims and missing counters; and the rest.

    A terminal that told no counter of purchases with a load leaves open how many came before it, until the next purchase.
    """
    found, left, rows = [], figures.missing_fen, figures.missing_rows
    in_suspense = suspense_in_gaps(figures)
    if in_suspense:
        fen = sum(case.amount_fen or 0 for case in in_suspense)
        counters = tuple(counter_of(case) for case in in_suspense)
        found.append(Item(key="suspense", name=_("待查的芯片交易"), fen=fen, counters=counters))
        left, rows = left - fen, rows - len(in_suspense)
    for order in figures.claims:
        if (order.online_counter or 0) < figures.chip.online_counter:
            found.append(Item(key="claim", name=_("领款写卡待确认"), fen=-order.write_fen))
            left += order.write_fen
    if left > 0 and (rows > 0 or figures.is_seen_by_load):
        named = {counter for item in found for counter in item.counters}
        counters = tuple(sorted(one for one in figures.counters if one not in named))
        found.append(Item(key="not_uploaded", name=_("终端尚未上传的脱机消费"), fen=left, counters=counters))
        left = rows = 0
    return found, left or (0 if rows <= 0 else figures.missing_fen)


def suspense_in_gaps(figures: Figures) -> list[SuspenseCase]:
    """One case for each missing counter; a second row with the same counter never moved this purse."""
    taken: dict[int, SuspenseCase] = {}
    for case in figures.cases:
        counter = counter_of(case)
        if counter in figures.counters:
            taken.setdefault(counter, case)
    return list(taken.values())


def counter_of(case: SuspenseCase) -> int:
    member: dict[str, Any] = case.row.get("chip") or {}
    counter = member.get("c")
    return counter if isinstance(counter, int) else -1


def recent_rows(chip: Chip, count: int) -> list[ChipRow]:
    return list(chip.rows.select_related("terminal").order_by("-at", "-pk")[:count])
