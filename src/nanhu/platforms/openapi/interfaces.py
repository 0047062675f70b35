"""The registry of interfaces: which operations a room offers to vendors, under which scopes, with which webhooks and sandbox."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.forms import Field
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import read_only
from nanhu.kernel.actors import Actor
from nanhu.kernel.registry import Text
from nanhu.platforms.openapi.bodies import LARGEST_BODY, Error, Fault, Raw, RequestBody, ResponseBody
from nanhu.platforms.openapi.errors import ERRORS, ApiError
from nanhu.platforms.openapi.models import ApiKey, Vendor

NAME: Final = r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}"
"""What an address may name beside our own ids: `{source}`."""
NO_ID: Final = UUID(int=0)
"""What nothing is called."""
ALWAYS: Final = (
    "key_refused",
    "address_refused",
    "rate_limited",
    "parameter_refused",
    "internal_error",
    "outcome_unknown",
)
READING: Final = ("body_invalid", "body_too_large", "content_type_refused")
WRITING: Final = ("idempotency_key_missing", "idempotency_key_reused", "signature_wrong", "clock_wrong", *READING)
RESTING: Final = "read_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An authentic request of a key that has the scope. `secret` is the key's text, for what was sealed with it; `names` what
    the address names beside `public_id`; `known_tag` the If-None-Match of a read."""

    by: Actor
    interface: "Interface"
    vendor: Vendor
    key: ApiKey
    secret: str
    body: Any = None
    public_id: UUID = NO_ID
    idempotency_key: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    known_tag: str = ""

    def may(self, scope: str) -> bool:
        return scope in self.vendor.scopes

    @property
    def scopes(self) -> list[str]:
        """Those of this interface, as the wire calls them: without its name."""
        return self.interface.local_scopes(self.vendor.scopes)


type Handler = Callable[[Request], ResponseBody | Raw]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Operation:
    """`codes` are what it may be refused for beside ALWAYS and, where it writes, WRITING, and RESTING where that waits.

    `handlers` are by mode: `live` acts on the campus, `test` on the room's sandbox. Both take and give the same. `shapes` say in
    JSON Schema what is known of a parameter or name beyond its being text; `media` are the content types beside JSON.
    """

    name: str
    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    title: Text
    handlers: dict[str, Handler]
    scope: str = ""
    takes: type[RequestBody] | None = None
    gives: type[ResponseBody]
    status: int = 200
    codes: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    shapes: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    media: tuple[str, ...] = ()
    writes: bool = False
    largest_body: int = LARGEST_BODY

    @property
    def every_code(self) -> tuple[str, ...]:
        reading = READING if self.takes is not None and not self.writes else ()
        scope = ("scope_missing",) if self.scope else ()
        return (*ALWAYS, *scope, *(WRITING if self.writes else reading), *self.codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a code of an interface means."""

    status: int
    sentence: Text


def refusals_of(errors: Sequence[type[ApiError]]) -> dict[str, Refusal]:
    return {error.code: Refusal(status=error.http_status, sentence=error.sentence) for error in errors}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """What a room keeps for trying: made with a vendor's first test key, set back at the desk.

    `template` draws its part of the developers' page from `facts`.
    """

    prepare: Callable[[Vendor], None]
    reset: Callable[[Vendor], None]
    template: str
    facts: Callable[[], Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSettings:
    """What a room keeps about a vendor beside its scopes: fields of the vendor's form and a part of its page.

    `save` runs in the transaction that changes the vendor and gives what goes into its audit line.
    """

    fields: Callable[[], dict[str, Field]]
    initial: Callable[[Vendor], dict[str, Any]]
    save: Callable[[Vendor, Mapping[str, Any]], dict[str, object]]
    template: str
    facts: Callable[[Vendor], Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A write as the developers' page shows it."""

    path: str
    body: str
    method: str = "POST"


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Interface:
    """A room's open API, at `/api/<name>/v1/`. Names of scopes begin with its own: "card.pay"."""

    name: str
    title: Text
    description: Text
    operations: tuple[Operation, ...]
    scopes: Mapping[str, Text]
    events: Mapping[str, Text]
    refusals: Mapping[str, Refusal]
    example: Example
    sandbox: Sandbox
    settings: VendorSettings | None = None
    error_type: type[Error] = Error
    fault_type: type[Fault] = Fault
    version: str = "1"

    @property
    def prefix(self) -> str:
        return f"/api/{self.name}/v{self.version}/"

    def operation(self, name: str) -> Operation:
        return next(one for one in self.operations if one.name == name)

    def address_name(self, path: str) -> str:
        """The name of an address, as `project/read_only.py` calls it."""
        name = re.sub(r"[{}]", "", path.replace("/{public_id}", "_one")).replace("/", "_")
        return f"{self.name}_api:{name}"

    def goes_on(self, operation: Operation) -> bool:
        """In the emergency read-only mode, too."""
        return not operation.writes or read_only.is_open(self.address_name(operation.path))

    def codes(self, operation: Operation) -> tuple[str, ...]:
        return operation.every_code if self.goes_on(operation) else (*operation.every_code, RESTING)

    def at(self, path: str) -> dict[str, Operation]:
        """The operations at one address, by method."""
        return {one.method: one for one in self.operations if one.path == path}

    def local_scopes(self, scopes: Sequence[str]) -> list[str]:
        return [one.removeprefix(f"{self.name}.") for one in scopes if one in self.scopes]

    def refusal(self, code: str) -> Refusal:
        error = ERRORS.get(code)
        return self.refusals[code] if error is None else refusals_of([error])[code]


COMMON_EVENTS: Final[dict[str, Text]] = {"webhook.test": _("试发")}
interfaces: dict[str, Interface] = {}


def register(interface: Interface) -> None:
    """Once, at start-up. Kinds of events are one list for all interfaces: a vendor has one address for them."""
    taken = {kind for other in interfaces.values() for kind in other.events} | COMMON_EVENTS.keys()
    if interface.name in interfaces or taken & interface.events.keys():
        raise ImproperlyConfigured(f"the interface {interface.name} or one of its events is registered already")
    if any(not scope.startswith(f"{interface.name}.") for scope in interface.scopes):
        raise ImproperlyConfigured(f"scopes of {interface.name} begin with its name")
    if {one.scope for one in interface.operations if one.scope} - interface.scopes.keys():
        raise ImproperlyConfigured(f"an operation of {interface.name} has a scope that the interface does not name")
    if any(one.writes and not one.scope for one in interface.operations):
        raise ImproperlyConfigured(f"what writes through {interface.name} has a scope")
    interfaces[interface.name] = interface


def known_scopes() -> dict[str, Text]:
    return {scope: text for interface in interfaces.values() for scope, text in interface.scopes.items()}


def scope_name(scope: str) -> str:
    """In words; a scope whose room is not installed goes by its own name."""
    return str(known_scopes().get(scope, scope))


def settings_of_rooms() -> Iterator[tuple[str, VendorSettings]]:
    yield from ((one.name, one.settings) for one in interfaces.values() if one.settings is not None)
