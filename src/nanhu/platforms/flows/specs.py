"""Processes as rooms declare them at start-up (`register_flow`); `services.definitions` publishes them."""

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from nanhu.kernel.registry import BOTH_FACES, Section
from nanhu.platforms.flows.body import Body, faults_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSpec:
    """A process as a room declares it. `unit`: code of the unit that owns it (`[flows.owners]` of the school wins). `faces`: who may
    apply on a page; none: a room opens its cases. `units`: codes; of whom, and of what is below them, alone, where any is named.
    `categories`: codes (人员类别); of whom alone, where any is named.
    `promise`: working minutes. `prefix`: of its numbers, TX → TX-2026-000123. `begins_at`: the name of the room's own page on
    which one applies, in the place of a form of its fields. `fallback`: what one does while the system stands still; without it nothing
    that was decided on paper is entered."""

    key: str
    name: str
    unit: str
    promise: int
    prefix: str
    body: Body
    faces: frozenset[str] = BOTH_FACES
    units: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    summary: str = ""
    section: Section = "service"
    icon: str = "file-text"
    legal_basis: str = ""
    retention: str = "normal"
    begins_at: str = ""
    fallback: str = ""


specs: dict[str, FlowSpec] = {}


def register_flow(spec: FlowSpec) -> FlowSpec:
    """At start-up. A body with faults stops the program."""
    if spec.key in specs and specs[spec.key] != spec:
        raise ImproperlyConfigured(f"{spec.key} is registered already")
    if faults := faults_of(spec.body):
        raise ImproperlyConfigured(f"{spec.key}: {'; '.join(faults)}")
    specs[spec.key] = spec
    return spec
