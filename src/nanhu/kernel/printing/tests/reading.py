"""Reading a PDF back, as a reader, a telephone and a printer see it."""

import re
import subprocess
import zlib
from contextlib import suppress
from pathlib import Path

STREAM = re.compile(rb"stream\r?\n")
NESTED = rb"(?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*"
DRAWN = re.compile(rb"(?<!Text)\((" + NESTED + rb")\)", re.DOTALL)
ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)


def text_of(pdf: bytes) -> str:
    return ran(["pdftotext", "-layout", "-", "-"], pdf).decode()


def codes_of(pdf: bytes, folder: Path) -> list[str]:
    (folder / "page.pdf").write_bytes(pdf)
    ran(["pdftoppm", "-r", "150", "-png", "-f", "1", "-l", "1", str(folder / "page.pdf"), str(folder / "page")])
    [picture] = folder.glob("page*.png")
    return ran(["zbarimg", "-q", "--raw", str(picture)]).decode().split()


def glyphs_of(pdf: bytes) -> set[int]:
    """The numbers of the glyphs that its pages ask of their fonts, as they stand in the text operators; 0 is a box."""
    drawn = b"".join(unescaped(string) for page in pages_of(pdf) for string in DRAWN.findall(page))
    return {int.from_bytes(drawn[place : place + 2]) for place in range(0, len(drawn), 2)}


def pages_of(pdf: bytes) -> list[bytes]:
    found = []
    for mark in STREAM.finditer(pdf):
        with suppress(zlib.error):
            found.append(zlib.decompressobj().decompress(pdf[mark.end() :]))
    pages = [content for content in found if re.search(rb"\bBT\b.*T[jJ]", content, re.DOTALL)]
    assert pages
    return pages


def unescaped(string: bytes) -> bytes:
    known = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    return ESCAPE.sub(
        lambda said: bytes([int(said[1], 8)]) if said[1][:1].isdigit() else known.get(said[1], said[1]), string
    )


def ran(command: list[str], given: bytes = b"") -> bytes:
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout
