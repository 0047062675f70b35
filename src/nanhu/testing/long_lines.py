"""Lines that no designer reads: above 160 columns, of templates, static pages and printed sheets. `python -m nanhu.testing.long_lines`.

A Chinese character takes two columns. One text has no place to break: alone on its line it may have 160 characters. A break is free inside
a tag, beside a block and beside what is a child of a flex box; `blocktranslate trimmed` takes its own.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
LONGEST = 160
ONE_TEXT = re.compile(r"""\s*(?:\{% translate "[^"]*" %\}|(?!.*\{%).*)""")


def templates() -> Iterator[Path]:
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and ("templates" in path.parts or path.suffix in {".html", ".typ"}):
            yield path


def long_lines() -> list[str]:
    return [
        f"{path.relative_to(PACKAGE)}:{number}"
        for path in templates()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if is_long(line)
    ]


def is_long(line: str) -> bool:
    return len(line) > LONGEST or (columns(line) > LONGEST and not ONE_TEXT.fullmatch(line))


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "FW" else 1 for one in line)


if __name__ == "__main__":
    found = long_lines()
    sys.stdout.writelines(f"{line}\n" for line in found)
    sys.exit(bool(found))
