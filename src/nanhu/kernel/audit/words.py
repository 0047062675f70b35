"""What the lines of the audit log say, in words: each room's `audit_words.py` names what it writes.

ACTIONS, what a line is about (TARGETS by what stands before the colon, WHOLE_TARGETS; NAMES finds what those of a kind are called),
FACTS, and VALUES of facts; REASONS are those that the program gives, as it writes them in Chinese ("%(what)s": what somebody called so
himself). What several
rooms write stands in the lowest room that is below them all. No two rooms name the same thing differently.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Final, Literal

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Field, Model
from django.utils import translation
from django.utils.module_loading import module_has_submodule

from nanhu.kernel.registry import Text

type Table = Literal["ACTIONS", "TARGETS", "WHOLE_TARGETS", "FACTS"]
type Lookup = Callable[[Collection[str]], Mapping[str, str]]
PART, LONGEST_NUMBER = "audit_words", 18
WHAT: Final = "%(what)s"


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


@cache
def reasons() -> tuple[tuple[re.Pattern[str], Text], ...]:
    with translation.override(settings.LANGUAGE_CODE):
        said = [one for part in parts() for one in getattr(part, "REASONS", ())]
        return tuple((re.compile(re.escape(str(one)).replace(re.escape(WHAT), "(?P<what>.+)")), one) for one in said)


def reason(said: str) -> str:
    """Why, in the reader's language where the program said it; a person's own words stay."""
    for pattern, words in reasons():
        if found := pattern.fullmatch(said):
            return str(words) % found.groupdict()
    return said


def named(words: str) -> str:
    """The action that is called so in the reader's language; what is none stays, for a filter that finds nothing."""
    folded = words.strip().casefold()
    return next((name for name, said in actions().items() if str(said).casefold() == folded), words.strip())


def named_in(model: type[Model], key: str, name: str) -> Lookup:
    """For NAMES: by one query, what stands behind the colon is looked up in this column. What the column cannot hold has no name:
    a fact of another room may be called as a kind of target is."""

    def look_up(keys: Collection[str]) -> Mapping[str, str]:
        wanted = [one for one in keys if (is_number(one) if key == "pk" else fits(model, key, one))]
        found = model._default_manager.filter(**{f"{key}__in": wanted})  # noqa: SLF001 - the manager of whichever model
        return {str(said): called for said, called in found.values_list(key, name)}

    return look_up


def fits(model: type[Model], column: str, text: str) -> bool:
    held = model._meta.get_field(column)  # noqa: SLF001 - Django's own name for the public list of fields
    try:
        return isinstance(held, Field) and held.to_python(text) is not None
    except ValidationError:
        return False


def is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER


def names_of(targets: Iterable[str]) -> dict[str, str]:
    """By target, what it is called; one look-up a kind, however many are asked for. What is gone has no name."""
    wanted: dict[str, set[str]] = {}
    for kind, colon, key in (one.partition(":") for one in targets):
        if colon:
            wanted.setdefault(kind, set()).add(key)
    lookups: dict[str, Lookup] = {}
    for part in parts():
        lookups |= getattr(part, "NAMES", {})
    return {
        f"{kind}:{key}": name
        for kind, keys in wanted.items()
        if kind in lookups
        for key, name in lookups[kind](keys).items()
    }
