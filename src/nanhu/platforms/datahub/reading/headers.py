"""Finding the header, and which column is which."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from nanhu.platforms.datahub.cleaning.text import Cell, squeezed
from nanhu.platforms.datahub.errors import MissingHeadersError, RepeatedHeadersError
from nanhu.platforms.datahub.sources import SOURCES, SourceSpec

DEEPEST_HEADER: Final = 20
FEWEST_MATCHES: Final = 2


def label_of(cell: Cell) -> str:
    """A header without spaces, width, the star of a required column and a remark in brackets."""
    return squeezed(cell).strip("*：:").split("(")[0]


def known_labels(spec: SourceSpec) -> dict[str, str]:
    return {label_of(header): column.field for column in spec.columns for header in column.headers}


def labels_at(grid: Sequence[Sequence[Cell]], row: int) -> tuple[str, ...]:
    """The labels of a header row; a blank cell below a merged one takes the label above it."""
    width = max(len(grid[row]), len(grid[row - 1]) if row else 0)
    return tuple(_label(grid, row, place) or (_label(grid, row - 1, place) if row else "") for place in range(width))


def _label(grid: Sequence[Sequence[Cell]], row: int, place: int) -> str:
    return label_of(grid[row][place]) if place < len(grid[row]) else ""


def find_header(grid: Sequence[Sequence[Cell]], spec: SourceSpec) -> int | None:
    """The row of the first lines that names most of the source's columns."""
    known = known_labels(spec)
    scores = [sum(label in known for label in labels_at(grid, row)) for row in range(min(len(grid), DEEPEST_HEADER))]
    best = max(scores, default=0)
    return scores.index(best) if best >= FEWEST_MATCHES else None


def columns_of(headers: Sequence[str], spec: SourceSpec) -> dict[str, str]:
    """Our field → the header in the file. Refuses when a required column is missing or two columns claim one field."""
    known = known_labels(spec)
    found: dict[str, list[str]] = {}
    for header in headers:
        if (name := known.get(label_of(header))) is not None:
            found.setdefault(name, []).append(header)
    for name, claimants in found.items():
        if len(claimants) > 1:
            raise RepeatedHeadersError(field=spec.fields[name].headers[0], headers="、".join(claimants))
    missing = [column.headers[0] for column in spec.required() if column.field not in found]
    if missing:
        raise missing_headers(headers, missing, spec)
    return {name: claimants[0] for name, claimants in found.items()}


def missing_headers(headers: Sequence[str], missing: Sequence[str], spec: SourceSpec) -> MissingHeadersError:
    shown = "、".join(header for header in headers if header)[:300] or _("（没有）")
    return MissingHeadersError(missing="、".join(missing), found=shown, hint=other_source_hint(headers, spec))


def other_source_hint(headers: Sequence[str], spec: SourceSpec) -> str:
    """A file given to the wrong source is the commonest mistake: say which one it fits."""
    labels = {label_of(header) for header in headers}
    for other in SOURCES.values():
        needed = [{label_of(h) for h in column.headers} for column in other.required()]
        if other is not spec and all(names & labels for names in needed):
            return _("它像是“%(office)s · %(title)s”的文件，请换成这个来源。") % {
                "office": other.office,
                "title": other.title,
            }
    return _("请核对表头，或换一个来源。")
