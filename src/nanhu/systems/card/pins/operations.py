"""What terminals ask of PINs and limits at the services door (docs/protocols/terminal-services.md)."""

from typing import Any, Final, Literal

from nanhu.kernel.clock import campus_today
from nanhu.systems.card.devices.bodies import card_in, text_in, whole_in
from nanhu.systems.card.devices.errors import MalformedError, NotForThisTerminalError
from nanhu.systems.card.devices.operations import KIOSKS, Asked, operation
from nanhu.systems.card.models import Card, PosTerminal, Price
from nanhu.systems.card.pins.blocks import PinBlockError, open_pin_block
from nanhu.systems.card.pins.errors import PinStillInitialError, PinUnreadableError
from nanhu.systems.card.pins.models import Kind
from nanhu.systems.card.pins.policy import limits_on
from nanhu.systems.card.pins.services.changing import change_pin
from nanhu.systems.card.pins.services.checking import check_pin, kept_of
from nanhu.systems.card.pins.services.limits import Which, change_limit, limits_of

KEYPADS: Final = KIOSKS | {PosTerminal.Kind.POS}
LIVING: Final = (Card.State.ISSUED, Card.State.LOST)
LARGEST_FEN: Final = 10**9
WHICH: Final[dict[str, Which]] = {"meal": "meal", "daily": "daily"}


def pin_in(asked: Asked, member: str = "pin") -> str:
    """The six digits of a block; other parts use it for theirs."""
    block = text_in(asked.body, member)
    try:
        return open_pin_block(bytes.fromhex(asked.terminal.key), asked.terminal.number, asked.sequence, block)
    except PinBlockError as error:
        raise PinUnreadableError from error


def kind_in(body: dict[str, Any]) -> str:
    kind = text_in(body, "kind")
    if kind not in Kind.values:
        raise MalformedError
    return kind


def check_asked_pin(asked: Asked, card: Card, kind: Literal["payment", "enquiry"]) -> None:
    """For operations of other parts that want a PIN beside their own members.

    Where the school wants it (`own_pin_first`), the initial PIN opens nothing before it was changed.
    """
    check_any_pin(asked, card, kind)
    if limits_on(campus_today()).own_pin_first and kept_of(card, kind).is_initial:
        raise PinStillInitialError


def check_any_pin(asked: Asked, card: Card, kind: Literal["payment", "enquiry"]) -> None:
    """The initial PIN will do whatever the school wants: a loss must not wait."""
    check_pin(card=card, kind=kind, pin=pin_in(asked), at=asked.terminal.number)


def refuse_fixed_price(terminal: PosTerminal) -> None:
    """A128: the keypad of a terminal that sells at one price has no menu."""
    newest = Price.objects.filter(terminal=terminal, since__lte=campus_today()).order_by("-since").first()
    if newest is not None and newest.kind == Price.Kind.FIXED:
        raise NotForThisTerminalError


@operation("pin/check", kinds=KEYPADS)
def pin_check(asked: Asked) -> dict[str, Any]:
    card, kind = card_in(asked.body, states=LIVING), kind_in(asked.body)
    check_pin(card=card, kind=kind, pin=pin_in(asked), at=asked.terminal.number)
    return {"is_initial": kept_of(card, kind).is_initial}


@operation("pin/change", kinds=KEYPADS)
def pin_change(asked: Asked) -> dict[str, Any]:
    refuse_fixed_price(asked.terminal)
    card, kind = card_in(asked.body), kind_in(asked.body)
    old, new = pin_in(asked), pin_in(asked, "new")
    change_pin(by=asked.by, card=card, kind=kind, old=old, new=new, at=asked.terminal.number)
    return {}


@operation("limits/look", kinds=KEYPADS, reads=True)
def limits_look(asked: Asked) -> dict[str, Any]:
    return {"limits": shown(card_in(asked.body, states=LIVING))}


@operation("limits/change", kinds=KEYPADS)
def limits_change(asked: Asked) -> dict[str, Any]:
    refuse_fixed_price(asked.terminal)
    card, which = card_in(asked.body), WHICH.get(text_in(asked.body, "which"))
    if which is None:
        raise MalformedError
    fen = whole_in(asked.body, "amount_fen", least=0, most=LARGEST_FEN)
    check_asked_pin(asked, card, "payment")
    change_limit(by=asked.by, card=card, which=which, fen=fen, at=asked.terminal.number)
    return {"limits": shown(card)}


def shown(card: Card) -> dict[str, int]:
    limits = limits_of(card)
    names = ("meal_fen", "daily_fen", "meal_max_fen", "daily_max_fen")
    return {name: getattr(limits, name) for name in names}
