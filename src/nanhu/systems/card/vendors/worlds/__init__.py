"""The two worlds behind one door: `live` acts on the campus, `sandbox` on tables of its own. Both know the same operations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from nanhu.kernel.actors import Actor
from nanhu.systems.card.vendors.models import Vendor, VendorKey
from nanhu.systems.card.vendors.rules import NOTHING
from nanhu.systems.card.vendors.wire import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An authentic request of a key that has the scope. `secret` is the key's text, for what was sealed with it."""

    by: Actor
    vendor: Vendor
    key: VendorKey
    secret: str
    order: Any = None
    public_id: UUID = NOTHING
    idempotency_key: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def may(self, scope: str) -> bool:
        return scope in self.vendor.scopes


type Work = Callable[[Asked], Answer]
type World = Mapping[str, Work]
