"""The steps that fill an empty campus, each through the door of a room, each safe to repeat."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.configuration import configuration
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people
from nanhu.sample import history, notices, photos
from nanhu.sample.cast import CAST, MEMBERS
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.sample.generate import DEFAULT_PEOPLE, DEFAULT_SEED, FULL_PEOPLE, generate
from nanhu.systems.card import api as card

BY = Actor.system("demo")
ROLES = {
    "clerk": ("card.clerk",),
    "administrator": ("campus.admin", "identity.admin", "datahub.steward", "messages.editor", "card.clerk"),
}
type Advance = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """`run` hears a way to tell its progress and returns a short summary."""

    key: str
    title: str
    run: Callable[[Advance], str]


def scale() -> int:
    """How many people: SCALE=full, a number, or the default."""
    asked = os.environ.get("SCALE", "")
    return FULL_PEOPLE if asked == "full" else int(asked) if asked.isdigit() else DEFAULT_PEOPLE


def sample_folder() -> Path:
    return configuration().data_dir / "sample"


def sample_day() -> date:
    return campus_today()


def write_files(advance: Advance) -> str:
    made = generate(seed=DEFAULT_SEED, people=scale(), out_dir=sample_folder(), today=sample_day(), report=advance)
    return f"{made.people:,} 人，{sum(made.rows.values()):,} 行"
