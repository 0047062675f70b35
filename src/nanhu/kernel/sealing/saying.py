"""The verification of a chain as its command says it: `nanhu audit verify`, `nanhu ledger verify`."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from nanhu.kernel.sealing.carrying import carried_roots
from nanhu.kernel.sealing.verification import Findings


def add_verify_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--from", dest="from_number", type=int, default=1, help="number of the first block")
    parser.add_argument("--root", default=None, help="NUMBER:SEAL as it was noted elsewhere")
    parser.add_argument("--roots", type=Path, help="a file of lines as /health/roots gives them, kept elsewhere")


def verify_and_say(
    command: BaseCommand, verify: Callable[..., Findings], options: dict[str, Any], *, chain: str
) -> None:
    """With exit code 1 where something was touched."""
    carried = carried_roots(options["roots"], chain=chain) if options["roots"] else []
    found = verify(from_number=options["from_number"], root=options["root"], carried=carried)
    for fault in found.faults:
        command.stdout.write(f"FAULT  {fault}")
    command.stdout.write(f"{found.blocks} blocks, {found.rows} rows, {found.waiting} waiting for their seal")
    command.stdout.write(f"root {found.number}:{found.root}")
    command.stdout.write(found.verdict(options["root"] or next(iter(carried), None)))
    if not found.is_sound:
        sys.exit(1)
