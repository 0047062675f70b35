"""Nanhu (南湖): the smart campus of a university in one program. `docs/architecture.md` is its plan."""

__version__ = "0.1.0"
