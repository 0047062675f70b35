"""Where each party is reached: the school's file (`NANHU_PARTIES_FILE`), on the sample campus the emulators."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from nanhu.kernel.configuration import Configuration, configuration
from nanhu.kernel.outgoing import CallRefusedError, checked
from nanhu.kernel.secret_files import generated_secret
from nanhu.platforms.parties.parties import PARTIES
from nanhu.platforms.parties.wire import EMULATED, emulated_port, emulated_secret_file

LONGEST_SECONDS: Final = 20
"""Less than the lease under which the worker calls."""


class PartiesFileError(OSError):
    """The file is not there, or does not say what it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    address: str
    secret: str = field(default="", repr=False)
    seconds: float = 10.0

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return (("Authorization", f"Bearer {self.secret}"),) if self.secret else ()


def lines() -> Mapping[str, Line]:
    """Those that are set up. Read at each use: an engineer's change needs no restart."""
    path = configuration().parties_file
    if not path:
        return emulated(configuration()) if configuration().demo else {}
    try:
        told = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        return {key: line_from(key, members) for key, members in told.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise PartiesFileError(f"NANHU_PARTIES_FILE: {error}") from error


def line_from(key: str, members: dict[str, Any]) -> Line:
    if key not in PARTIES:
        raise ValueError(f"[{key}] is no party")
    try:
        checked(members["address"])
    except (CallRefusedError, KeyError) as error:
        raise ValueError(f"[{key}] address") from error
    line = Line(**{**members, "address": members["address"].rstrip("/")})
    if not 0 < line.seconds <= LONGEST_SECONDS:
        raise ValueError(f"[{key}] seconds: up to {LONGEST_SECONDS}")
    return line


def line_of(party: str) -> Line | None:
    return lines().get(party)


def emulated(settings: Configuration) -> dict[str, Line]:
    secret = generated_secret(emulated_secret_file(settings))
    ports = {key: emulated_port(settings, key) for key in EMULATED}
    addresses = {key: f"http://127.0.0.1:{port}" for key, port in ports.items()}
    addresses["payroll"] = f"http://127.0.0.1:{settings.outside_port}/payroll"
    return {key: Line(address=address, secret="" if key == "works" else secret) for key, address in addresses.items()}
