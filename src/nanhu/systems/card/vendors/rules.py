"""Pure rules."""

from datetime import datetime
from typing import Final
from uuid import UUID

NOTHING: Final = UUID(int=0)
"""What no row is called."""


def uuid_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return NOTHING


def written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
