"""Pure rules of the protocol: which context is asserted, which name is given."""

from collections.abc import Sequence
from dataclasses import dataclass

from nanhu.platforms.identity.protocols.saml.names import (
    CONTEXT,
    PASSWORD,
    PERSISTENT,
    REFEDS_MFA,
    REFEDS_SFA,
    TRANSIENT,
    UNSPECIFIED,
)

LADDER = (CONTEXT + "unspecified", CONTEXT + "Password", PASSWORD, REFEDS_SFA, REFEDS_MFA)
"""What we can assert, from weak to strong; the last needs a second factor."""
LONGEST_RELAY_STATE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Contexts:
    """What a request says of how people must have signed in. No classes: anything will do."""

    classes: tuple[str, ...] = ()
    comparison: str = "exact"


def acceptable(wanted: Contexts) -> tuple[str, ...]:
    """The contexts of ours that satisfy the request, best first; empty: none does.

    "exact" keeps the partner's order of preference; "minimum" and "better" begin with the least that is enough;
    "maximum" with the strongest that is not too much.
    """
    if not wanted.classes:
        return (PASSWORD, REFEDS_MFA)
    known = [one for one in wanted.classes if one in LADDER]
    if wanted.comparison == "exact" or not known:
        return tuple(known)
    heights = [LADDER.index(one) for one in known]
    if wanted.comparison == "minimum":
        return LADDER[min(heights) :]
    if wanted.comparison == "better":
        return LADDER[max(heights) + 1 :]
    return tuple(reversed(LADDER[: max(heights) + 1]))


def context_to_assert(wanted: Contexts, *, has_second_factor: bool) -> str | None:
    """The context to put into the assertion; None when a second factor must be given first."""
    for one in acceptable(wanted):
        if one != REFEDS_MFA or has_second_factor:
            return one
    return None


def name_format(requested: str, published: Sequence[str], *, releases_persistent: bool) -> str | None:
    """The NameID format to give: what the request asks, else the first of the partner's metadata we can give.

    None: it cannot be had. Persistent names go only to partners whose record releases one.
    """
    possible = (TRANSIENT, PERSISTENT) if releases_persistent else (TRANSIENT,)
    if requested and requested != UNSPECIFIED:
        return requested if requested in possible else None
    return next((one for one in published if one in possible), TRANSIENT)
