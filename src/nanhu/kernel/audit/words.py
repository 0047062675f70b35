"""What the lines of the audit log are about, in words: each room's `audit_words.py` names what it writes."""

from functools import cache
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from nanhu.kernel.registry import Text

PART = "audit_words"


@cache
def actions() -> dict[str, Text]:
    found: dict[str, Text] = {}
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, PART):
            found |= import_module(f"{config.name}.{PART}").ACTIONS
    return found


def action(name: str) -> str:
    """One that no room names (any more) stands as it was written."""
    return str(actions().get(name, name))


def named(words: str) -> str:
    """The action that is called so in the reader's language; what is none stays, for a filter that finds nothing."""
    folded = words.strip().casefold()
    return next((name for name, said in actions().items() if str(said).casefold() == folded), words.strip())
