"""What terminals ask of PINs and limits at the services door (docs/protocols/terminal-services.md)."""

from typing import Any, Final, Literal

from nanhu.kernel.clock import campus_today
from nanhu.platforms.terminals.api import (
    KIOSKS,
    MalformedError,
    NotForThisTerminalError,
    Request,
    Terminal,
    operation,
    text_in,
    whole_in,
)
from nanhu.systems.card.models import Card, Price
from nanhu.systems.card.pins.blocks import PinBlockError, open_pin_block
from nanhu.systems.card.pins.errors import PinStillInitialError, PinUnreadableError
from nanhu.systems.card.pins.models import Kind
from nanhu.systems.card.pins.policy import limits_on
from nanhu.systems.card.pins.services.changing import change_pin
from nanhu.systems.card.pins.services.checking import check_pin, kept_of
from nanhu.systems.card.pins.services.limits import Which, change_limit, limits_of
from nanhu.systems.card.presented import card_in

KEYPADS: Final = KIOSKS | {Terminal.Kind.POS}
LIVING: Final = (Card.State.ISSUED, Card.State.LOST)
LARGEST_FEN: Final = 10**9
WHICH: Final[dict[str, Which]] = {"meal": "meal", "daily": "daily"}


def pin_in(request: Request, member: str = "pin") -> str:
    """The six digits of a block; other parts use it for theirs."""
    block = text_in(request.body, member)
    try:
        return open_pin_block(bytes.fromhex(request.terminal.key), request.terminal.number, request.sequence, block)
    except PinBlockError as error:
        raise PinUnreadableError from error


def kind_in(body: dict[str, Any]) -> str:
    kind = text_in(body, "kind")
    if kind not in Kind.values:
        raise MalformedError
    return kind


def check_pin_in(request: Request, card: Card, kind: Literal["payment", "enquiry"]) -> None:
    """For operations of other parts that want a PIN beside their own members.

    Where the school wants it (`own_pin_first`), the initial PIN opens nothing before it was changed.
    """
    check_any_pin(request, card, kind)
    if limits_on(campus_today()).own_pin_first and kept_of(card, kind).is_initial:
        raise PinStillInitialError


def check_any_pin(request: Request, card: Card, kind: Literal["payment", "enquiry"]) -> None:
    """The initial PIN will do whatever the school wants: a loss must not wait."""
    check_pin(card=card, kind=kind, pin=pin_in(request), at=request.terminal.number)


def refuse_fixed_price(terminal: Terminal) -> None:
    """A128: the keypad of a terminal that sells at one price has no menu."""
    newest = Price.objects.filter(terminal=terminal, since__lte=campus_today()).order_by("-since").first()
    if newest is not None and newest.kind == Price.Kind.FIXED:
        raise NotForThisTerminalError


@operation("pin/check", kinds=KEYPADS)
def pin_check(request: Request) -> dict[str, Any]:
    card, kind = card_in(request.body, states=LIVING), kind_in(request.body)
    check_pin(card=card, kind=kind, pin=pin_in(request), at=request.terminal.number)
    return {"is_initial": kept_of(card, kind).is_initial}


@operation("pin/change", kinds=KEYPADS)
def pin_change(request: Request) -> dict[str, Any]:
    refuse_fixed_price(request.terminal)
    card, kind = card_in(request.body), kind_in(request.body)
    old, new = pin_in(request), pin_in(request, "new")
    change_pin(by=request.by, card=card, kind=kind, old=old, new=new, at=request.terminal.number)
    return {}


@operation("limits/look", kinds=KEYPADS, reads=True)
def limits_look(request: Request) -> dict[str, Any]:
    return {"limits": shown(card_in(request.body, states=LIVING))}


@operation("limits/change", kinds=KEYPADS)
def limits_change(request: Request) -> dict[str, Any]:
    refuse_fixed_price(request.terminal)
    card, which = card_in(request.body), WHICH.get(text_in(request.body, "which"))
    if which is None:
        raise MalformedError
    fen = whole_in(request.body, "amount_fen", least=0, most=LARGEST_FEN)
    check_pin_in(request, card, "payment")
    change_limit(by=request.by, card=card, which=which, fen=fen, at=request.terminal.number)
    return {"limits": shown(card)}


def shown(card: Card) -> dict[str, int]:
    limits = limits_of(card)
    names = ("meal_fen", "daily_fen", "meal_max_fen", "daily_max_fen")
    return {name: getattr(limits, name) for name in names}
