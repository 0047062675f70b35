"""Emergency read-only mode (应急只读): pages show and change nothing until it ends; what comes from outside is still written down.

It is held at two places: `ReadOnlyMiddleware` for what browsers and programs send, `jobs.worker` and `jobs.companions` for what
the worker does by itself. What goes on meanwhile is one list (`READ_ONLY` of the settings), each entry with its reason: signing
in, devices that have taken money or let somebody through, the bank's word, the seals of audit and ledger.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Optional

from django.apps import apps
from django.conf import settings
from django.db import Error
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError
from nanhu.kernel.remembered import Remembered

if TYPE_CHECKING:
    from nanhu.kernel.models import ReadOnlySpell

SECONDS = 3.0
RETRY_SECONDS = 60
TARGET = "read-only"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


type GiveBack = Callable[[datetime, timedelta], None]
given_back: dict[str, GiveBack] = {}
"""By room, what gives hours back that ran while nobody could answer: when it began, how long it lasted. Within the transaction that
ends it, before any job finds them over."""


class ReadOnlyError(CampusError):
    code: ClassVar[str] = "read_only"
    http_status: ClassVar[int] = 503
    sentence: ClassVar[str | Promise] = _("学校启用了应急只读：现在只能看，不能改。恢复以后再提交一次。")


class AlreadyReadOnlyError(ConflictError):
    code: ClassVar[str] = "read_only.already_on"
    sentence: ClassVar[str | Promise] = _("应急只读已经启用。")


class NotReadOnlyError(ConflictError):
    code: ClassVar[str] = "read_only.not_on"
    sentence: ClassVar[str | Promise] = _("应急只读没有启用。")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoesOn:
    """What goes on while the school is read-only, and why. `doors`: names of addresses, `*` for any rest of a name; `subscribers`: who
    hears of events."""

    doors: Mapping[str, str] = field(default_factory=dict)
    jobs: Mapping[str, str] = field(default_factory=dict)
    loops: Mapping[str, str] = field(default_factory=dict)
    subscribers: Mapping[str, str] = field(default_factory=dict)


@cache
def goes_on() -> GoesOn:
    """The list that the settings name: it stands above all rooms, because it names the doors of all."""
    declared: GoesOn = import_string(settings.READ_ONLY)
    return declared


@cache
def is_open(door: str) -> bool:
    return any(fnmatchcase(door, pattern) for pattern in goes_on().doors)


def lasting() -> Optional["ReadOnlySpell"]:
    spell: ReadOnlySpell | None = apps.get_model("kernel", "ReadOnlySpell").objects.filter(ended_at=None).first()
    return spell


current = Remembered(lasting, seconds=SECONDS)
"""The spell that lasts, None in ordinary times. Every process hears of a change within three seconds."""


def is_on() -> bool:
    return current() is not None


def was_on(since: datetime, until: datetime) -> bool:
    """At any moment of a span: what somebody left undone in it he may not have been able to do."""
    spells = apps.get_model("kernel", "ReadOnlySpell").objects.filter(began_at__lt=until)
    return bool(spells.exclude(ended_at__lte=since).exists())


def is_known_to_be_off() -> bool:
    """What this process heard last, and no before it has heard anything: for whoever may not touch the database (the worker's loop of jobs)."""
    return current.kept is not None and current.kept[1] is None


def look() -> None:
    """Hear how it is, if the database answers; else what was heard before holds."""
    with suppress(Error):
        is_on()
