"""From the bytes of a request to what the database is asked; everything odd becomes a refusal with a name."""

import re
from typing import Any, NamedTuple

import msgspec

from nanhu.kernel import strict_json
from nanhu.platforms.terminals.wire import LARGEST_SEQUENCE, json_object
from nanhu.systems.card.chip.wire import chip_element
from nanhu.systems.card.codes.gateway import is_code
from nanhu.systems.card.protocol import CARD_UID, LARGEST_PAYMENT_FEN, LARGEST_UPLOAD_ROWS, PaymentBody, fingerprint

LARGEST_KEPT_FEN = 2**53  # of a sum that is none: what is larger is kept in words alone
RECEIPT = re.compile("[0-9]{1,15}")
EARLIEST_MOMENT = (
    1_577_836_800.0  # 2020: a row that says it is older came from a clock that was never set, and counts as of then
)
PLAIN_MEMBERS = 2
decode_payment = msgspec.json.Decoder(PaymentBody).decode


class MalformedError(Exception):
    """The body is not what the operation expects."""


class Purchase(NamedTuple):
    """A card (or the code of a phone) and an amount as asked. `fault` names what is wrong with the amount, `detail` keeps it as it came."""

    card: str
    amount_fen: int | None
    fault: str | None
    detail: str | None
    pin: Any = None
    minutes: Any = None

    def fingerprint(self, kind: str) -> str:
        return fingerprint(kind, self.card, str(self.amount_fen), self.detail or "")


def read_purchase(body: bytes) -> Purchase:
    try:
        asked = decode_payment(body)
        if body.count(b":") > PLAIN_MEMBERS:  # of a plain sale there is nothing that could stand twice
            strict_json.refuse_repeated(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return read_odd_purchase(read_object(body))
    if 0 < asked.amount_fen <= LARGEST_PAYMENT_FEN and CARD_UID.fullmatch(asked.card):
        return Purchase(asked.card, asked.amount_fen, None, None, asked.pin, asked.minutes)
    return read_odd_purchase(read_object(body))


def read_odd_purchase(values: dict[str, Any]) -> Purchase:
    card, amount, extra = values.get("card"), values.get("amount_fen"), (values.get("pin"), values.get("minutes"))
    if not isinstance(card, str):
        raise MalformedError
    uid = card.strip().upper()
    known_shape = CARD_UID.fullmatch(uid) is not None or is_code(uid)
    note = None if known_shape else f"card {ascii(card)[:40]}"
    if isinstance(amount, int) and not isinstance(amount, bool) and 0 < amount <= LARGEST_PAYMENT_FEN:
        return Purchase(uid if known_shape else "", amount, None, note, *extra)
    too_large = isinstance(amount, int | float) and not isinstance(amount, bool) and amount > LARGEST_PAYMENT_FEN
    fault = "amount_too_large" if too_large else "amount_invalid"
    return Purchase(uid if known_shape else "", None, fault, f"amount {ascii(amount)[:60]}", *extra)


def read_object(body: bytes) -> dict[str, Any]:
    try:
        return json_object(body)
    except ValueError as error:
        raise MalformedError from error


def sequence_in(values: dict[str, Any]) -> int:
    sequence = values.get("sequence")
    if not isinstance(sequence, int) or isinstance(sequence, bool) or not 0 < sequence <= LARGEST_SEQUENCE:
        raise MalformedError
    return sequence


def fen_in(values: dict[str, Any], *, least: int) -> int:
    amount = values.get("amount_fen")
    if not isinstance(amount, int) or isinstance(amount, bool) or not least <= amount <= LARGEST_PAYMENT_FEN:
        raise MalformedError
    return amount


def receipt_in(values: dict[str, Any]) -> int:
    """A receipt's number as it is printed: up to fifteen digits."""
    number = values.get("receipt")
    if not isinstance(number, str) or RECEIPT.fullmatch(number) is None:
        raise MalformedError
    return int(number)


def read_upload(body: bytes, *, now: float) -> list[dict[str, Any]]:
    """Stored rows as card_store takes them; a row without a sequence or a moment spoils the upload, nothing is posted."""
    rows = read_object(body).get("rows")
    if not isinstance(rows, list) or not 0 < len(rows) <= LARGEST_UPLOAD_ROWS:
        raise MalformedError
    elements = [upload_element(place, row, now=now) for place, row in enumerate(rows)]
    if len({element["s"] for element in elements}) != len(elements):
        raise MalformedError
    return elements


def upload_element(place: int, row: Any, *, now: float) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise MalformedError
    moment = row.get("occurred_at")
    if not isinstance(moment, int | float) or isinstance(moment, bool):
        raise MalformedError
    asked = read_odd_purchase(row)
    element = {
        "n": place,
        "s": sequence_in(row),
        "f": asked.fingerprint("stored"),
        "u": asked.card,
        "a": asked.amount_fen,
        "x": asked.fault,
        "d": asked.detail,
        "o": float(max(EARLIEST_MOMENT, min(moment, now))),
    }
    wanted = row.get("amount_fen")
    if asked.fault == "amount_too_large" and isinstance(wanted, int) and wanted <= LARGEST_KEPT_FEN:
        element["w"] = wanted
    if asked.pin is not None:
        element["pin"] = asked.pin
    chip = chip_element(row)
    return element if chip is None else element | {"chip": chip}
