"""Reading a PDF back, as a reader, a telephone and a printer see it."""

import subprocess
from pathlib import Path


def text_of(pdf: bytes) -> str:
    return ran(["pdftotext", "-layout", "-", "-"], pdf).decode()


def codes_of(pdf: bytes, folder: Path) -> list[str]:
    (folder / "page.pdf").write_bytes(pdf)
    ran(["pdftoppm", "-r", "150", "-png", "-f", "1", "-l", "1", str(folder / "page.pdf"), str(folder / "page")])
    [picture] = folder.glob("page*.png")
    return ran(["zbarimg", "-q", "--raw", str(picture)]).decode().split()


def ran(command: list[str], given: bytes = b"") -> bytes:
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout
