"""What a room about the network adds to this endpoint (the register `network_policies`): a grant with its attributes for whoever proved who he is,
and a reader of accounting. Without such a room everybody who may use the application comes in, and accounting is not here.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from nanhu.kernel.registry import Register

type Attributes = Mapping[str, str | int]
type AccountingFacts = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSignIn:
    """Somebody whose password was right and whom the application lets in. `groups`: kinds of his live ties, the newest first; `nas`: the
    attributes that say where he knocks; `app_password`: which one it was, where it was not the person's own password;
    `password_changed_at`: of that one, as it stood when it was looked at."""

    application: str
    person_id: int
    groups: Sequence[str]
    campus_no: str
    session_seconds: int
    station: str
    app_password: UUID | None = None
    password_changed_at: datetime | None = None
    nas: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPolicy:
    """`admit` gives the reply's attributes, or None where the policy refuses; the room keeps the reason for the person. `account` takes
    the attributes of one accounting record, each with its values. `account_swiftly` is the same of records that change nothing but counters,
    before Django: true where it is written and committed, false where `account` is to do it; `account_soon` is that in an event loop, None where it
    is plainly no such record; `admit_swiftly` is `admit` of what is plainly
    admitted: None where `admit` is to decide. `redeem`: the same answer for who was admitted at a page of the room and
    comes with a proof of that, by application, campus number, what stands in the password's place, and where he knocks with what; empty where it looks like
    a proof and is none that is good."""

    key: str
    admit: Callable[[NetworkSignIn], Attributes | None]
    account: Callable[[str, AccountingFacts], None]
    account_swiftly: Callable[[str, AccountingFacts], bool] = lambda _application, _facts: False
    account_soon: Callable[[str, AccountingFacts], Awaitable[bool] | None] = lambda _application, _facts: None
    admit_swiftly: Callable[[NetworkSignIn], Attributes | None] = lambda _sign_in: None
    redeem: Callable[[str, str, str, Mapping[str, str]], Attributes | None] = lambda _key, _number, _password, _nas: (
        None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkVisitor:
    """Somebody of another school whom his home let in (eduroam). `identity`: the outer one; `alias`: what his home calls him towards us."""

    application: str
    identity: str
    alias: str
    station: str
    session_seconds: int
    nas: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorPolicy:
    """`admit` gives what of ours the visitor gets, or None where the policy refuses."""

    key: str
    admit: Callable[[NetworkVisitor], Attributes | None]


network_policies: Final[Register[NetworkPolicy]] = Register()
visitor_policies: Final[Register[VisitorPolicy]] = Register()


def attributes_for(sign_in: NetworkSignIn) -> Attributes | None:
    """Of the network room, where there is one; else what a RADIUS server got at all times."""
    for policy in network_policies:
        return policy.admit(sign_in)
    group = next(iter(sign_in.groups), "")
    return {"Class": group, "Filter-Id": group, "Session-Timeout": sign_in.session_seconds}


def redeemed(application: str, campus_no: str, password: str, nas: Mapping[str, str]) -> Attributes | None:
    found = (policy.redeem(application, campus_no, password, nas) for policy in network_policies)
    return next((one for one in found if one is not None), None)
