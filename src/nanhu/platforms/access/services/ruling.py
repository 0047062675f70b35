"""Rules of doors: previewed first, then in one transaction; what was is withdrawn, never overwritten."""

from dataclasses import dataclass
from datetime import date, time

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.dated import refuse_past
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.proposals import given
from nanhu.platforms.access.models import DoorRule
from nanhu.platforms.access.rules import EVERY_DAY
from nanhu.platforms.campus.api import Place

WHOLE_DAY = time()


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRuleDraft:
    """A rule somebody wants; without person, unit and class it speaks of everybody."""

    is_allowed: bool
    covers_below: bool = True
    starts_on: date
    ends_on: date | None = None
    person_id: int | None = None
    unit_id: int | None = None
    holder_class: str = ""
    sub_class: str = ""
    weekdays: int = EVERY_DAY
    from_time: time = WHOLE_DAY
    until_time: time = WHOLE_DAY


def rule(*, by: Actor, place: Place, draft: DoorRuleDraft, reason: str) -> DoorRule:
    """In force from the commit on; doors hear it with their next poll."""
    why = given(reason)
    refuse_past(draft.starts_on)
    with transaction.atomic():
        made = rule_from(place, draft)
        made.reason, made.created_by_id, made.created_by_name = why, by.account_id, by.name
        made.save()
        facts = {"rule": made.pk, **facts_of(made)}
        audit.record(by=by, action="access.rule", target=f"place:{place.key}", reason=why, facts=facts)
        return made


def rule_from(place: Place, draft: DoorRuleDraft) -> DoorRule:
    return DoorRule(
        place=place,
        covers_below=draft.covers_below,
        is_allowed=draft.is_allowed,
        person_id=draft.person_id,
        unit_id=draft.unit_id,
        holder_class=draft.holder_class,
        sub_class=draft.sub_class,
        weekdays=draft.weekdays,
        from_time=draft.from_time,
        until_time=draft.until_time,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        created_at=now(),
    )


def facts_of(made: DoorRule) -> dict[str, object]:
    return {
        "allowed": made.is_allowed,
        "below": made.covers_below,
        "person": made.person_id,
        "unit": made.unit.code if made.unit else "",
        "class": made.holder_class,
        "sub_class": made.sub_class,
        "weekdays": made.weekdays,
        "times": f"{made.from_time:%H:%M}-{made.until_time:%H:%M}",
        "from": str(made.starts_on),
        "until": str(made.ends_on or ""),
    }


def withdraw(*, by: Actor, rule: DoorRule, reason: str) -> DoorRule:
    """It speaks no more from the commit on; passages it decided still name it. Twice is harmless."""
    why = given(reason)
    with transaction.atomic():
        current = DoorRule.objects.select_for_update(of=("self",)).select_related("place").filter(pk=rule.pk).first()
        if current is None:
            raise NotFoundError(what=_("这条规则"))
        if current.withdrawn_at is None:
            current.withdrawn_at, current.withdrawn_by_name = now(), by.name
            current.save(update_fields=["withdrawn_at", "withdrawn_by_name"])
            target = f"place:{current.place.key}"
            audit.record(by=by, action="access.rule_withdrawn", target=target, reason=why, facts={"rule": rule.pk})
        return current
