"""What the lines of the audit log say, in words: each room's `audit_words.py` names what it writes.

ACTIONS, what a line is about (TARGETS by what stands before the colon, WHOLE_TARGETS), FACTS, and VALUES of facts. What several
rooms write stands in the lowest room that is below them all. No two rooms name the same thing differently.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Literal

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from nanhu.kernel.registry import Text

type Table = Literal["ACTIONS", "TARGETS", "WHOLE_TARGETS", "FACTS"]
PART = "audit_words"


def parts() -> Iterator[ModuleType]:
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, PART):
            yield import_module(f"{config.name}.{PART}")


@cache
def terms(table: Table) -> dict[str, Text]:
    """What all rooms together say in one of their tables."""
    found: dict[str, Text] = {}
    for part in parts():
        found |= getattr(part, table, {})
    return found


@cache
def values(action: str) -> Mapping[str, Mapping[str, Text]]:
    """By the name of a fact, its values that are words of the program. What the room of the action says of its own wins, before
    it what the room says of this very action ("card.move_load state"): a state "refused" is another word for each.
    """
    found: dict[str, dict[str, Text]] = {}
    for part in sorted(parts(), key=lambda one: action in one.ACTIONS):
        for name, said in sorted(getattr(part, "VALUES", {}).items(), key=lambda one: " " in one[0]):
            of, _space, fact = name.rpartition(" ")
            if of in {"", action}:
                found[fact] = found.get(fact, {}) | said
    return found


def actions() -> dict[str, Text]:
    return terms("ACTIONS")


def action(name: str) -> str:
    """One that no room names (any more) stands as it was written."""
    return str(actions().get(name, name))


def named(words: str) -> str:
    """The action that is called so in the reader's language; what is none stays, for a filter that finds nothing."""
    folded = words.strip().casefold()
    return next((name for name, said in actions().items() if str(said).casefold() == folded), words.strip())
