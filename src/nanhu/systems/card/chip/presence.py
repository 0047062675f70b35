"""Whether the card that a terminal names lies on it: by its chip's own signature, where it has one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.values import one_value
from nanhu.platforms.terminals.api import Request, Terminal, TerminalLimitError, text_in, whole_in
from nanhu.systems.card.chip.errors import ChipBehindError, ChipSilentError
from nanhu.systems.card.chip.models import SuspenseCase
from nanhu.systems.card.chip.services import loads
from nanhu.systems.card.chip.services.suspense import open_case
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.policy import limits_on

LARGEST_FEN: Final = 2**32 - 1
LARGEST_COUNTER: Final = 2**16 - 1
TOLD: Final = "SELECT card_terminal_told(%s, %s, %s, %s, %s)"


def check_presence(request: Request, card: Card) -> None:
    """A chip answers INITIALIZE FOR LOAD of one fen; where a card has none its number must do, so many times a minute
    and a day."""
    if loads.has_chip(card):
        check_answer(request, card, amount_fen=1)
    else:
        count_number_answer(request.terminal)


def check_answer(request: Request, card: Card, *, amount_fen: int) -> int:
    """The online counter that this card's chip signed, with this amount, at this terminal."""
    told = answer_in(request.body)
    with noting_copies(request, card, told.online_counter):
        loads.check_mac1(card=card, terminal_number=request.terminal.number, amount_fen=amount_fen, told=told)
    return told.online_counter


@contextmanager
def noting_copies(request: Request, card: Card, online_counter: int) -> Iterator[None]:
    """A chip that is behind what it proved before is for the office to see; a question has no sequence to keep it under."""
    try:
        yield
    except ChipBehindError:
        if request.sequence:
            row = {"chip": {"c": online_counter}}
            reason = SuspenseCase.Reason.CHIP_BEHIND
            open_case(terminal=request.terminal, sequence=request.sequence, card=card, reason=reason, row=row)
        raise


def answer_in(body: dict[str, Any]) -> loads.LoadStart:
    """The member `chip`: what the chip answered to INITIALIZE FOR LOAD."""
    if not is_signed(body):
        raise ChipSilentError
    return load_start(body["chip"])


def load_start(told: dict[str, Any], *, offline_counter: int | None = None) -> loads.LoadStart:
    """INITIALIZE FOR LOAD's answer, member by member."""
    return loads.LoadStart(
        balance_fen=whole_in(told, "balance_fen", least=0, most=LARGEST_FEN),
        online_counter=whole_in(told, "online_counter", least=0, most=LARGEST_COUNTER),
        random=text_in(told, "random"),
        mac1=text_in(told, "mac1"),
        offline_counter=offline_counter,
    )


def is_signed(body: dict[str, Any], *, amount_fen: int | None = None) -> bool:
    """Whether a chip is said to have answered, for this sum (its member `amount_fen`, else one fen)."""
    told = body.get("chip")
    if not isinstance(told, dict) or "mac1" not in told:
        return False
    return amount_fen is None or whole_in({"amount_fen": 1} | told, "amount_fen") == amount_fen


def check_or_count_name(request: Request, card: Card) -> None:
    """A desk is told who holds a card that signs that it lies there, and of numbers alone so many a day."""
    if is_signed(request.body):
        check_answer(request, card, amount_fen=1)
    else:
        count_number_answer(request.terminal, of="name")


def count_number_answer(terminal: Terminal, *, of: str = "balance") -> None:
    """Something is to be told of a number alone, that anybody may have seen: as often a minute as the terminal may sell, and so many
    balances a day, as many claims, and so many names. It is no guess: a till that shows the balance of each card goes on selling."""
    rule = limits_on(campus_today())
    most = rule.desk_day_names if of == "name" else rule.terminal_day_told
    if not one_value(TOLD, [terminal.pk, rule.terminal_minute_misses, rule.terminal_minute_payments, most, of]):
        raise TerminalLimitError
