"""What the campus network tells other rooms."""

from dataclasses import dataclass

from nanhu.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionGranted(Event):
    """Somebody was let in by VPN and got a grant; accounting follows, or not. `station`: the MAC, or at a VPN the caller's address."""

    person_id: int
    service: str
    station: str
    grant_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSeen(Event):
    """A person's device that was never on line before."""

    person_id: int
    device_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUnknown(Event):
    """A NAS tells of a session behind which nobody stands: the first of a campus day there. `note`: why, of `Session.Note`."""

    session_id: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestPassed(Event):
    """A device of a guest came in that was never here before. `sponsor_id`: the person who vouches for him."""

    person_id: int
    sponsor_id: int
    device_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceKicked(Event):
    """A device was put off the network to stay off: by its owner, or (None) all of this person by an engineer."""

    person_id: int
    device_id: int | None = None
