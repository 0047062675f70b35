"""The log of finished steps, so that an interrupted demo goes on where it stopped."""

import json
from pathlib import Path

from nanhu.kernel.whole_files import write_whole


class StepLog:
    """Kept in the data folder; every step is safe to repeat, so a line may be lost but not invented."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done: set[str] = set(json.loads(path.read_text())) if path.exists() else set()

    def has(self, step: str) -> bool:
        return step in self.done

    def write(self, step: str) -> None:
        self.done.add(step)
        self.save()

    def is_at(self, kind: str, mark: str) -> bool:
        return f"{kind} {mark}" in self.done

    def be_at(self, kind: str, mark: str) -> None:
        """One mark of a kind: who goes back to where he was before finds it gone."""
        self.done = {one for one in self.done if not one.startswith(f"{kind} ")} | {f"{kind} {mark}"}
        self.save()

    def save(self) -> None:
        write_whole(self.path, json.dumps(sorted(self.done)))
