"""What a process without Django knows of the parties: where the emulated ones stand."""

from pathlib import Path
from typing import Final

from nanhu.kernel.configuration import Configuration

EMULATED: Final = ("invoices", "degrees", "works", "quotas", "enrolment", "tax")
"""In the order of their ports, the last of which the setting names; the payroll bank is that of the emulated phones."""


def emulated_port(settings: Configuration, key: str) -> int:
    return settings.parties_port - len(EMULATED) + 1 + EMULATED.index(key)


def emulated_secret_file(settings: Configuration) -> Path:
    return settings.secrets_dir / "emulated-parties"
