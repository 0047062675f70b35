"""Heartbeat files: a process without an address shows that it lives by touching one; the supervisor sees whether that goes on."""

from pathlib import Path

from nanhu.kernel.secret_files import private_folder


def pulse_file(data_dir: Path, key: str) -> Path:
    return data_dir / "processes" / f"{key}.pulse"


def beat(data_dir: Path, key: str) -> None:
    path = pulse_file(data_dir, key)
    private_folder(path.parent)
    path.touch()


def last_beat(data_dir: Path, key: str) -> int | None:
    """A number that is another after each beat; None where it never beat."""
    try:
        return pulse_file(data_dir, key).stat().st_mtime_ns
    except OSError:
        return None
