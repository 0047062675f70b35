"""A draw of a whole school: 28,000 entrants, 1,200 sections, two rounds. Root, seed, lots and places by the program's own rules, and the
same once more by the program for strangers. No database: what is measured is the draw.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.report import Report
from nanhu.kernel.draw import rules

ENTRANTS, SECTIONS, SEATS, WISHES, ROUNDS, PASSES = 28_000, 1_200, 40, 8, 2, 2
SECRET, VALUE = bytes(range(32)), "2026-11-26 000001.SH 3512.44"
VERIFIER = Path(rules.__file__).with_name("verify_draw.py")


def run(report: Report) -> None:
    chance = random.Random(42)
    seats = {f"S{number:04}": SEATS for number in range(SECTIONS)}
    took, oversold, verified = 0.0, 0, 0.0
    for number in range(1, ROUNDS + 1):
        entries = [entry(chance, list(seats), number) for _entrant in range(ENTRANTS)]
        started = time.perf_counter()
        root = rules.root_of(one.line for one in entries)
        outcome = rules.drawn(entries, seats, seed=rules.seed_of(SECRET, root, VALUE), passes=PASSES)
        took += time.perf_counter() - started
        taken = Counter(place for places in outcome.places.values() for place in places)
        oversold += sum(taken[section] > most for section, most in seats.items())
        verified += seconds_to_verify(document_of(entries, seats, root, outcome))
        seats = {section: most - taken[section] for section, most in seats.items()}
    report("draw_two_rounds", took, "s", 2.0)
    report("draw_oversold", oversold, "sections", 0)
    report("draw_verified_by_strangers", verified, "s")


def entry(chance: random.Random, sections: list[str], number: int) -> rules.Entry:
    """Some sections are wanted by most."""
    wishes = dict.fromkeys(sections[int(SECTIONS * chance.random() ** 2)] for _wish in range(WISHES))
    return rules.Entry(f"{chance.getrandbits(64):016x}", number, tuple(wishes))


def document_of(entries: list[rules.Entry], seats: dict[str, int], root: str, outcome: rules.Outcome) -> dict[str, Any]:
    moment = datetime.now(UTC)
    opening = {
        "format": "nanhu-draw-1",
        "commitment": rules.commitment_of(SECRET),
        "seats": seats,
        "passes": PASSES,
        "value_name": "index",
        "value_form": r"2026-11-26 000001\.SH \d{4}\.\d{2}",
        "closes_at": (moment - timedelta(hours=2)).isoformat(),
        "value_known_at": (moment - timedelta(hours=1)).isoformat(),
        "publish_by": (moment + timedelta(hours=1)).isoformat(),
    }
    return {
        **opening,
        "title": "bench",
        "state": "drawn",
        "promise": rules.promise_of(opening),
        "closed_at": opening["closes_at"],
        "published_at": moment.isoformat(),
        "root": root,
        "entries": sorted(one.line for one in entries),
        "value": VALUE,
        "secret": SECRET.hex(),
        "order": outcome.order,
        "places": {token: places for token, places in outcome.places.items() if places},
        "queues": outcome.queues,
    }


def seconds_to_verify(document: dict[str, Any]) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(document, file)
        file.flush()
        noted = [f"--{key}={document[key]}" for key in ("commitment", "promise", "root", "value")]
        started = time.perf_counter()
        subprocess.run([sys.executable, "-I", str(VERIFIER), file.name, *noted], check=True, capture_output=True)
        return time.perf_counter() - started
