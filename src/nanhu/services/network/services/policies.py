"""Policies: entered from a day on, with what they would do said before; who is on line under an older one is brought under today's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.dated import end_today, rules_on, supersede
from nanhu.kernel.registry import Text
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages import api as messages
from nanhu.services.network import queries, rules
from nanhu.services.network.models import Grant, Policy, Session
from nanhu.services.network.policies import ENGINEER
from nanhu.services.network.services import disconnecting
from nanhu.services.network.statements import QUERIES

BY: Final = Actor.system("network.policy")
MOST_ANEW: Final = 1_000
"""Sessions of one turn, each five minutes: a school that all signs in again at once would wait for itself."""
A_DAY: Final = 24 * 60
NONE: Final = Q(pk__in=())
SHOWN: Final[Sequence[tuple[Text, Callable[[Policy], str]]]] = (
    (_("一次上线"), queries.session_words),
    (_("闲置断开"), queries.idle_words),
    ("VLAN", lambda policy: policy.vlan or "—"),
    (_("限速（下行 / 上行）"), queries.rate_words),
    (_("开放"), queries.hours_words),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """`before`: the policy of its first day as it stands; `over`: people on line now with too many devices, `dropped`: how many of those.
    `anew`: sessions that stand now with more than it gives, or in another VLAN, and end to be let in anew; `cut`: people of `over` or `anew`."""

    before: Policy | None
    after: Policy
    people: int
    over: int
    dropped: int
    anew: int
    cut: int

    @property
    def losing(self) -> int:
        """People who are on line and lose a device, a connection or this hour."""
        return self.outside or self.cut

    @property
    def gaining(self) -> int:
        """People who are on line, lose nothing, and may have more from then on: devices, time, speed or hours."""
        return self.people - self.losing if self.before is not None and gives_more_than(self.after, self.before) else 0

    @property
    def gains(self) -> bool:
        return self.before is not None and self.after.devices > self.before.devices

    @property
    def outside(self) -> int:
        """People who are on line at an hour that it closes."""
        policy = self.after
        return 0 if rules.is_open(campus_time(now()), policy.opens, policy.closes) else self.people

    @property
    def changes(self) -> list[tuple[Text, str, str]]:
        """What besides the number of devices is another than before, in words."""
        if self.before is None:
            return []
        said = [(title, words(self.before), words(self.after)) for title, words in SHOWN]
        return [one for one in said if one[1] != one[2]]


@transaction.atomic
def enter(*, by: Actor, reason: str, facts: dict[str, Any]) -> Policy:
    policy = Policy(**facts)
    supersede(by=by, wanted=[policy], reason=reason)
    queries.policies_held.forget()
    audit.record(
        by=by,
        action="network.enter_policy",
        target=f"network-policy:{policy.public_id}",
        reason=reason,
        facts={"for_role": policy.role, "service": policy.service, "devices": policy.devices},
    )
    said = {"devices": policy.devices, "since": policy.starts_on.isoformat(), "hours": queries.lazy_hours(policy)}
    tell_others(by, policy, "network.policy_entered", **said)
    return policy


@transaction.atomic
def end(*, by: Actor, policy: Policy, reason: str) -> None:
    if end_today(by=by, rule=policy):
        queries.policies_held.forget()
        audit.record(by=by, action="network.end_policy", target=f"network-policy:{policy.public_id}", reason=reason)
        since = max(policy.starts_on, campus_today()).isoformat()
        tell_others(by, policy, "network.policy_ended", since=since)


def tell_others(by: Actor, policy: Policy, template: str, **facts: object) -> None:
    """One engineer is enough to close a service at night, and enough to put a school off line: the others hear of it at once."""
    if by.account_id is None:
        return
    engineers = {one.person_id for one in identity.holders_of(ENGINEER) if one.person_id and one.pk != by.account_id}
    said = {"policy": policy, "by": by.name, **facts}
    messages.tell(engineers, template, said, urgency="now", key=str(policy.public_id))


def effect_of(policy: Policy) -> Effect:
    """Nothing is written."""
    before = rules_on(Policy.objects.filter(role=policy.role, service=policy.service), policy.starts_on).first()
    facts = {"role": policy.role, "service": policy.service, "devices": policy.devices, "now": now()}
    [(people, over, dropped)] = QUERIES.rows("policy_effect", facts)
    on_line = Session.objects.filter(service=policy.service, stopped_at=None, closing_at=None)
    anew = on_line.filter(grant__in=Grant.objects.filter(gives_more(policy), person__isnull=False, role=policy.role))
    owners = list(anew.values_list("person_id", flat=True))
    return Effect(
        before=before,
        after=policy,
        people=people,
        over=len(over),
        dropped=int(dropped),
        anew=len(owners),
        cut=len({*over, *owners}),
    )


def gives_more_than(one: Policy, other: Policy) -> bool:
    """In anything: no rate and no hours are no bound."""
    longer = any(getattr(one, name) > getattr(other, name) for name in ("devices", "session_seconds", "idle_seconds"))
    rates = [(getattr(one, name), getattr(other, name)) for name in ("down_kbps", "up_kbps")]
    faster = any(theirs is not None and (mine is None or mine > theirs) for mine, theirs in rates)
    return longer or faster or open_minutes(one) > open_minutes(other)


def open_minutes(policy: Policy) -> int:
    """Of a day; a window may go over midnight."""
    if policy.opens is None or policy.closes is None:
        return A_DAY
    begins, ends = (at.hour * 60 + at.minute for at in (policy.opens, policy.closes))
    return (ends - begins) % A_DAY


def enforce() -> int:
    """Who has more on line than today's policy allows loses what was longest idle; what was let in with more than it gives ends, some at a
    time; then all that is open stands under today's, to the end of its hours and its time."""
    rows = QUERIES.rows("over_policy", {"day": campus_today(), "now": now()})
    count = disconnecting.end_these(by=BY, session_ids=[one for (one,) in rows], cause=disconnecting.POLICY)
    on_line = Session.objects.filter(stopped_at=None, grant__isnull=False).values("grant")
    held = Grant.objects.filter(pk__in=on_line, person__isnull=False)
    left = MOST_ANEW
    for policy in rules_on(Policy.objects.all(), campus_today()):
        of_policy = held.filter(role=policy.role, service=policy.service).exclude(policy=policy)
        if not of_policy.exists():
            continue
        over = end_of_hours(policy)
        if over is not None:
            of_policy.filter(ends_at__gt=over).update(ends_at=Greatest(over, F("granted_at") + timedelta(seconds=1)))
        anew = end_anew(of_policy.filter(gives_more(policy)), left)
        count, left = count + anew, left - anew
        of_policy = of_policy.exclude(gives_more(policy))
        last = F("granted_at") + timedelta(seconds=policy.session_seconds)
        of_policy.filter(ends_at__gt=last).update(ends_at=last)
        of_policy.update(policy=policy)
    return count


def gives_more(policy: Policy) -> Q:
    """Of grants: let in with another VLAN, at more speed or for longer than this policy gives from now on. An idle time-out that is shorter
    is worth nobody's connection."""
    had_none = Q(policy=None)
    more = ~Q(policy__vlan=policy.vlan) & ~had_none | (had_none if policy.vlan else NONE)
    for name in ("down_kbps", "up_kbps"):
        if (rate := getattr(policy, name)) is not None:
            more |= Q(**{f"policy__{name}__isnull": True}) | Q(**{f"policy__{name}__gt": rate})
    last = F("granted_at") + timedelta(seconds=policy.session_seconds)
    return more | Q(granted_at__lt=now() - timedelta(seconds=policy.session_seconds), ends_at__gt=last)


def end_anew(grants: QuerySet[Grant], most: int) -> int:
    """Of their sessions those that began first, `most` of them: what is left keeps its policy, and comes in the next turn."""
    on_line = Session.objects.filter(grant__in=grants, stopped_at=None, closing_at=None).order_by("pk")
    first = on_line.values_list("pk", flat=True)[:most]
    return disconnecting.end_these(by=BY, session_ids=first, cause=disconnecting.POLICY)


def end_of_hours(policy: Policy) -> datetime | None:
    """Of those that hold now, or now where none do; None of a policy without hours."""
    moment = campus_time(now())
    if rules.is_open(moment, policy.opens, policy.closes):
        return rules.closing_after(moment, policy.opens, policy.closes)
    return moment
