"""What a protocol shows of itself in the application registry: its fields, its copy-paste configuration, its trial."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.functional import Promise

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity.models import Application

type Text = str | Promise
GAP = re.compile(r"@(\w+)@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """Configuration for one kind of client ("mod_auth_cas"), ready to be pasted.

    `is_proved`: this very text was run with the program; False: written by its documentation; None: nothing is said.
    """

    client: str
    text: str
    is_proved: bool | None = None


def filled(text: str, facts: Mapping[str, str]) -> str:
    """Whose gaps stand as @name@."""
    return GAP.sub(lambda gap: facts[gap[1]], text)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStep:
    """One thing the registry tried out with this application, and what came of it."""

    title: Text
    is_good: bool
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolPanel:
    """`save` gets the cleaned fields and returns secrets to be shown once; `speaks` says whether it was ever saved.

    `speakers`, where given, is the same for lists: the ids of all applications that speak it, in one query.
    `trial` walks the protocol for the signed-in administrator as the application would, without leaving a session behind.
    """

    key: str
    name: Text
    form: type[forms.Form]
    speaks: Callable[[Application], bool]
    initial: Callable[[Application], dict[str, Any]]
    save: Callable[[Actor, Application, Mapping[str, Any]], Mapping[str, str]]
    forget: Callable[[Actor, Application], None]
    snippets: Callable[[Application, Mapping[str, str]], list[Snippet]]
    trial: Callable[[HttpRequest, Application], list[TrialStep]]
    order: int = 100
    speakers: Callable[[], set[int]] | None = None


panels: dict[str, ProtocolPanel] = {}


def add(panel: ProtocolPanel) -> None:
    panels[panel.key] = panel


def in_order() -> list[ProtocolPanel]:
    return sorted(panels.values(), key=lambda panel: panel.order)
