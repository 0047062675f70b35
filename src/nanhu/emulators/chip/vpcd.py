"""A card or a PSAM behind a virtual PC/SC reader (vsmartcard-vpcd): a TCP client, two bytes of length before each message.

Run as `python -m nanhu.emulators.chip.vpcd chip.json UID|psam:TERMINAL [host port]`; the second reader listens one port higher.
"""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from nanhu.emulators.chip.card import ATR, SoftwareCard
from nanhu.emulators.chip.pocket import Pocket
from nanhu.emulators.chip.psam import Psam
from nanhu.emulators.chip.storage import PowerCutError

PORT: Final = 35963
PSAM: Final = "psam:"
OFF, ON, RESET, ATR_REQUEST = 0, 1, 2, 4
USUAL_ARGUMENTS: Final = 3
PAUSE_SECONDS: Final = 0.1


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


def serve(module: SoftwareCard | Psam, link: socket.socket) -> None:
    """Until the reader goes away. One byte is a word about power, more is a command."""
    while True:
        try:
            text = receive(link, int.from_bytes(receive(link, 2), "big"))
        except (LinkClosedError, ConnectionError):
            return
        answer = reply(module, text)
        if answer is not None:
            link.sendall(len(answer).to_bytes(2, "big") + answer)


def reply(module: SoftwareCard | Psam, text: bytes) -> bytes | None:
    if len(text) != 1:
        return transmitted(module, text)
    if text[0] in {ON, RESET, OFF}:
        module.power_on()
    return ATR if text[0] == ATR_REQUEST else None


def transmitted(module: SoftwareCard | Psam, text: bytes) -> bytes | None:
    try:
        return module.transmit(text)
    except PowerCutError:
        module.power_on()
        return None


@contextmanager
def laid(path: Path, name: str) -> Iterator[SoftwareCard | Psam]:
    pocket = Pocket(path)
    if name.startswith(PSAM):
        module = pocket.psam(name.removeprefix(PSAM))
        if module is None:
            raise SystemExit(f"no PSAM of {name} in {path}")
        yield module
        return
    with pocket.card(name) as card:
        if card is None:
            raise SystemExit(f"no chip {name} in {path}")
        yield card


def reader_at(host: str, port: int) -> socket.socket:
    """The reader's end of the line, as soon as pcscd listens: whoever lays the card may be there first."""
    while True:
        try:
            return socket.create_connection((host, port))
        except ConnectionRefusedError:
            time.sleep(PAUSE_SECONDS)


def main(arguments: list[str]) -> None:
    path, name, *address = arguments[1:]
    host, port = (address[0], int(address[1])) if address else ("127.0.0.1", PORT)
    with laid(Path(path), name) as module, reader_at(host, port) as link:
        serve(module, link)


if __name__ == "__main__":
    if len(sys.argv) < USUAL_ARGUMENTS:
        raise SystemExit(__doc__)
    main(sys.argv)
