"""What tests may cost: CPU seconds for a test and for a room, from [tool.nanhu.test-budgets] in pyproject.toml."""

import json
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from nanhu.testing import pace

PACKAGE = ("src", "nanhu")
TOLD_SECONDS, TOLD = 5, 8
"""From how many seconds on what a test shared is told one by one, and of how many tests."""


@dataclass(frozen=True)
class Budgets:
    """`rooms` names those with a budget of their own; all others have `room_seconds`. A test has `test_seconds`, but not
    in the rooms under tests/, which drive whole campuses and real programs.
    """

    test_seconds: float
    room_seconds: float
    rooms: dict[str, float]
    tolerance: float = 1.0
    """How many times its budget fails the run: the same work takes more processor time beside other work."""
    test_tolerance: float = 1.0
    """The same for a single test, whose little time is disturbed by more: a first import, a cold cache, a collection."""

    def of_room(self, room: str) -> float:
        return self.rooms.get(room, self.room_seconds)

    def stretched(self, slowness: float = 1.0) -> "Budgets":
        """What a run fails for on a machine so many times slower than usual, at least once; what is over the plain budgets is told."""
        slowness = max(1.0, slowness)
        tolerance = self.tolerance * slowness
        return replace(
            self,
            test_seconds=self.test_seconds * self.test_tolerance * slowness,
            room_seconds=self.room_seconds * tolerance,
            rooms={room: seconds * tolerance for room, seconds in self.rooms.items()},
        )

    def is_over(self, nodeid: str, used: float) -> bool:
        return used > self.test_seconds and not nodeid.startswith("tests/")


def read(pyproject: Path) -> Budgets:
    facts = tomllib.loads(pyproject.read_text())["tool"]["nanhu"]["test-budgets"]
    return Budgets(
        facts["test_seconds"],
        facts["room_seconds"],
        dict(facts.get("rooms", {})),
        facts.get("tolerance", 1.0),
        facts.get("test_tolerance", 1.0),
    )


def room_of(nodeid: str) -> str:
    """src/nanhu/systems/card/bank/tests/test_lists.py::… → systems/card/bank; tests/journeys/… → tests/journeys."""
    folders = Path(nodeid.partition("::")[0]).parts[:-1]
    if folders[: len(PACKAGE)] == PACKAGE:
        inside = folders[len(PACKAGE) :]
        return "/".join(inside[: inside.index("tests")] if "tests" in inside else inside)
    return "/".join(folders[:2]) or "."


def dearest_of(costs: dict[str, float], what: str) -> list[str]:
    """In words, where it is seconds; a room whose sum nobody understands is understood by them."""
    found = sorted(((used, nodeid) for nodeid, used in costs.items() if used > TOLD_SECONDS), reverse=True)
    return [f"{what}: {used:.1f} CPU s at {nodeid}" for used, nodeid in found[:TOLD]]


@dataclass
class Bill:
    """What a run cost. `tests` without what only its room pays: fixtures wider than one test.

    Cleaning up is told and held against nobody: a child that another test began may be counted when it is seen to end.
    """

    tests: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    rooms: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    slow: set[str] = field(default_factory=set)
    waited: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Seconds on the wall of each test, its fixtures included: told, never held, for a loaded machine stretches them."""
    wide: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """By test: what fixtures wider than it took that were made for it."""
    ended: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """By test: what cleaning up after it took."""
    paces: list[float] = field(default_factory=list)
    """What `pace.work` took in between, in seconds."""

    def add(
        self,
        nodeid: str,
        *,
        is_slow: bool,
        test: float = 0.0,
        shared: float = 0.0,
        ended: float = 0.0,
        wall: float = 0.0,
    ) -> None:
        self.waited[nodeid] += wall
        self.tests[nodeid] += test
        self.rooms[room_of(nodeid)] += test + shared
        self.wide[nodeid] += shared
        self.ended[nodeid] += ended
        if is_slow:
            self.slow.add(nodeid)

    def rooms_over(self, budgets: Budgets) -> list[str]:
        return [
            f"room {room} used {used:.1f} CPU s, its budget is {budgets.of_room(room):.0f}"
            for room, used in sorted(self.rooms.items())
            if used > budgets.of_room(room)
        ]

    def tests_over(self, budgets: Budgets) -> list[str]:
        return [
            f"{nodeid} used {used:.1f} CPU s, a test may use {budgets.test_seconds:.0f} unless it is marked slow"
            for nodeid, used in sorted(self.tests.items())
            if budgets.is_over(nodeid, used) and nodeid not in self.slow
        ]

    def faults(self, budgets: Budgets) -> list[str]:
        """Every room and test that is over, in words."""
        return self.rooms_over(budgets) + self.tests_over(budgets)

    def is_held_over(self, budgets: Budgets) -> bool:
        return bool(self.faults(budgets.stretched(pace.slowness(self.paces))))

    def table(self, budgets: Budgets) -> list[str]:
        dearest = sorted(self.rooms.items(), key=lambda one: -one[1])
        counts: dict[str, int] = defaultdict(int)
        for nodeid in self.tests:
            counts[room_of(nodeid)] += 1
        walls: dict[str, float] = defaultdict(float)
        for nodeid, wall in self.waited.items():
            walls[room_of(nodeid)] += wall
        lines = [f"{'room':<44}{'tests':>7}{'wall s':>9}{'CPU s':>9}{'budget':>8}"]
        for room, used in dearest:
            lines.append(f"{room:<44}{counts[room]:>7}{walls[room]:>9.1f}{used:>9.1f}{budgets.of_room(room):>8.0f}")
        total = f"{'all':<44}{len(self.tests):>7}{sum(walls.values()):>9.1f}{sum(self.rooms.values()):>9.1f}"
        if self.paces:
            total += f"   processor time {pace.slowness(self.paces):.2f} times as dear as usual"
        return [*lines, total, *dearest_of(self.wide, "wider fixtures"), *dearest_of(self.ended, "cleaning up")]

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        facts = {
            "unit": "CPU seconds; waited: seconds on the wall; paces: what one fixed piece of work took in between",
            "paces": [round(seconds, 5) for seconds in self.paces],
            "rooms": {room: round(used, 2) for room, used in sorted(self.rooms.items(), key=lambda one: -one[1])},
            "tests": {nodeid: round(used, 3) for nodeid, used in sorted(self.tests.items(), key=lambda one: -one[1])},
            "waited": {nodeid: round(wall, 2) for nodeid, wall in sorted(self.waited.items(), key=lambda one: -one[1])},
        }
        path.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
