"""A tile as the page shows it."""

from dataclasses import dataclass

from nanhu.kernel.registry import Tile, TileContent

PLACED = "placed."
"""Begins the keys of what offices place: words of theirs, no facts."""


@dataclass(frozen=True, slots=True)
class TileView:
    """Its content, or why there is none. `is_later`: the browser loads it (anew) after the page; `is_hidden`: unseen until then;
    `is_busy`: not at once."""

    tile: Tile
    content: TileContent | None = None
    error_number: str = ""
    is_later: bool = False
    is_hidden: bool = False
    is_failed: bool = False
    is_busy: bool = False

    @property
    def may_be_wrong(self) -> bool:
        """It says something of its reader that somebody keeps."""
        said = self.content
        return said is not None and bool(said.source or said.as_of) and not self.tile.key.startswith(PLACED)
