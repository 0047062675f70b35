"""From a template and facts to a PDF, in a process that sees nothing else."""

import json
import logging
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final

from django.utils.translation import gettext as _

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import configuration
from nanhu.kernel.printing import fonts
from nanhu.kernel.printing.compiling import WRONG
from nanhu.kernel.printing.errors import (
    CharacterMissingError,
    PrintingBusyError,
    PrintingFailedError,
    PrintingTooLongError,
    TemplateRefusedError,
)
from nanhu.kernel.turns import elsewhere
from nanhu.kernel.ui import qr

HERE: Final = Path(__file__).parent
SECONDS: Final = 20
ARCHIVAL: Final = "a-2b"
"""PDF/A-2b (ISO 19005-2): all that is needed to show it is in it."""
LINE: Final = re.compile(r"template\.typ:(\d+)")
PACKAGE: Final = re.compile(r"[\"']@[\w-]+/")
LONGEST_FAULT: Final = 160
TIME_IS_OVER: Final = (signal.SIGKILL, signal.SIGXCPU)
AT_ONCE: Final = 2
"""Pages that one process sets at a time: each may take a core and gigabytes."""
seats = BoundedSemaphore(AT_ONCE)
log = logging.getLogger(__name__)


def pdf_of(template: str, facts: Mapping[str, Any], *, code: str, is_archival: bool = False) -> bytes:
    """`facts` come to the template as data.json: nothing in them can be a command."""
    missing = fonts.missing_in([template, *fonts.texts_in(facts)])
    if missing:
        raise CharacterMissingError(characters="、".join(missing))
    refuse_packages(template)
    with tempfile.TemporaryDirectory(prefix="nanhu-print-") as name:
        folder, address = Path(name), address_of(code)
        (folder / "template.typ").write_text(template, encoding="utf-8")
        (folder / "sheet.typ").write_bytes((HERE / "sheets" / "sheet.typ").read_bytes())
        (folder / "data.json").write_text(json.dumps({**facts, "address": address}, ensure_ascii=False), "utf-8")
        (folder / "code.svg").write_text(qr.svg(address), "utf-8")
        with tempfile.TemporaryDirectory(prefix="nanhu-fonts-") as chosen:
            for file in fonts.present():
                (Path(chosen) / file.name).symlink_to(file)
            return compiled(folder, chosen, standard=ARCHIVAL if is_archival else "")


def address_of(code: str) -> str:
    return f"{configuration().public_url}/v/{code}"


def refuse_packages(template: str) -> None:
    for number, line in enumerate(template.splitlines(), start=1):
        if PACKAGE.search(line):
            raise TemplateRefusedError(line=number, fault=_("不能引用网上的包"))


def compiled(folder: Path, chosen: str, *, standard: str) -> bytes:
    """Only the fonts that the sheet names are read: all that a system has would be most of the time."""
    command = [sys.executable, "-I", str(HERE / "compiling.py"), str(folder), chosen, str(SECONDS), standard]
    environment = {"PATH": "/usr/bin:/bin", "RAYON_NUM_THREADS": "1", "HOME": str(folder)}
    try:
        with elsewhere(), seat():
            done = subprocess.run(
                dying_with_parent(command),
                capture_output=True,
                cwd=folder,
                env=environment,
                timeout=SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired as late:
        raise PrintingTooLongError(seconds=SECONDS) from late
    said = done.stderr.decode(errors="replace").replace(str(folder), "")
    if -done.returncode in TIME_IS_OVER:
        raise PrintingTooLongError(seconds=SECONDS)
    if done.returncode == WRONG:
        raise refusal(said)
    if done.returncode:
        log.error("setting a page ended with %s: %s", done.returncode, said[-LONGEST_FAULT:])
        raise PrintingFailedError
    return done.stdout


@contextmanager
def seat() -> Iterator[None]:
    if not seats.acquire(timeout=SECONDS):
        raise PrintingBusyError
    try:
        yield
    finally:
        seats.release()


def refusal(said: str) -> TemplateRefusedError:
    """typst says the fault first, and then where it stands."""
    found = LINE.search(said)
    fault = next((line.strip() for line in said.splitlines() if line.strip()), "")
    return TemplateRefusedError(line=found[1] if found else "?", fault=fault.removeprefix("error: ")[:LONGEST_FAULT])
