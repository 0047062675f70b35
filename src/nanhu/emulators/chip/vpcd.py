"""The card behind a virtual PC/SC reader (vsmartcard-vpcd): a TCP client, two bytes of length before each message.

Run as `python -m nanhu.emulators.chip.vpcd chip.json UID [host port]`.
"""

import socket
import sys
from pathlib import Path
from typing import Final

from nanhu.emulators.chip.card import ATR, SoftwareCard
from nanhu.emulators.chip.pocket import Pocket
from nanhu.emulators.chip.storage import PowerCutError

PORT: Final = 35963
OFF, ON, RESET, ATR_ASKED = 0, 1, 2, 4
USUAL_ARGUMENTS: Final = 3


class LinkClosedError(Exception):
    """The reader went away."""


def receive(link: socket.socket, length: int) -> bytes:
    text = b""
    while len(text) < length:
        part = link.recv(length - len(text))
        if not part:
            raise LinkClosedError
        text += part
    return text


def serve(card: SoftwareCard, link: socket.socket) -> None:
    """Until the reader goes away. One byte is a word about power, more is a command."""
    while True:
        try:
            text = receive(link, int.from_bytes(receive(link, 2), "big"))
        except (LinkClosedError, ConnectionError):
            return
        answer = told(card, text)
        if answer is not None:
            link.sendall(len(answer).to_bytes(2, "big") + answer)


def told(card: SoftwareCard, text: bytes) -> bytes | None:
    if len(text) != 1:
        return transmitted(card, text)
    if text[0] in {ON, RESET, OFF}:
        card.power_on()
    return ATR if text[0] == ATR_ASKED else None


def transmitted(card: SoftwareCard, text: bytes) -> bytes | None:
    try:
        return card.transmit(text)
    except PowerCutError:
        card.power_on()
        return None


def main(arguments: list[str]) -> None:
    path, uid, *address = arguments[1:]
    host, port = (address[0], int(address[1])) if address else ("127.0.0.1", PORT)
    with Pocket(Path(path)).card(uid) as card, socket.create_connection((host, port)) as link:
        if card is None:
            raise SystemExit(f"no chip {uid} in {path}")
        serve(card, link)


if __name__ == "__main__":
    if len(sys.argv) < USUAL_ARGUMENTS:
        raise SystemExit(__doc__)
    main(sys.argv)
