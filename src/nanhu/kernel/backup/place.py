"""What is backed up, and where it is restored to."""

from dataclasses import dataclass, field
from pathlib import Path

from nanhu.kernel.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Place:
    database_url: str = field(repr=False)
    secrets: Path
    media: Path
    has_given_keyring: bool = False
    """The keyring comes from the operator's own secret store: it is not ours to copy."""


def place_of(settings: Configuration) -> Place:
    return Place(settings.database_url, settings.secrets_dir, settings.media_dir, bool(settings.keyring))


class BackupError(Exception):
    """A backup or a restore that was refused or failed; the message says what to do."""
