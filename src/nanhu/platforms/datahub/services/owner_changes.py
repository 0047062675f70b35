"""Another owner for a source (改负责部门): a steward asks for it; the office whose the source is decides, or another steward where nobody can
who is neither he nor of the other side (`deciders_of`). What waits at red stays with the office that it waits for."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import Given
from nanhu.kernel.errors import SamePersonError
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.platforms.datahub.errors import FormerOwnerSpeaksError, OwnerWaitsError
from nanhu.platforms.datahub.known_sources import named_source
from nanhu.platforms.datahub.models import Batch, LimitNotice, OwnerChange, SourceOwner
from nanhu.platforms.datahub.services.owners import (
    ACTIVE,
    POSTS,
    STEWARD,
    Names,
    Owner,
    Vacancy,
    in_place_facts,
    is_spoken_for_by,
    office_of,
    speaking_for,
    stand_ins,
    unit_of,
)
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people


def deciders_of(asked: OwnerChange) -> Owner:
    """Who decides it, as posts, delegations and accounts are now: of those who speak for the office whose the source is (`accounts`) neither
    who asked, nor who leads the office that would get it, nor who is in their places alone. Who merely stands in for that office is none of its
    where he leads his own: else its head bars him by a delegation. `vacancy`: why it is another steward instead."""
    office, other = speaking_for(asked.before), speaking_for(asked.unit)
    leads_other, for_both = other.accounts - {*other.in_place}, {*office.in_place} & {*other.in_place}
    others = office.besides({asked.author_id, *leads_other}) - for_both
    why = Vacancy.BOTH_SIDES if office.besides({asked.author_id}) else Vacancy.NOBODY_ELSE
    return replace(office, accounts=others, vacancy="" if others else office.vacancy or why)


def may_decide(asked: OwnerChange, account_id: int) -> bool:
    """Whether this account is one of them, or may be the steward instead."""
    office = deciders_of(asked)
    if office.accounts:
        return account_id in office.accounts
    stands_for_who_asked = asked.author_id in office.in_place.get(account_id, {})
    is_of_the_other_side = account_id in speaking_for(asked.unit).accounts
    is_steward = identity.holding(STEWARD).filter(pk=account_id).exists()
    return is_steward and not (stands_for_who_asked or is_of_the_other_side)


def office_decides() -> Q:
    """The same of rows that wait, for lists that are counted: whether it is the office's to decide now."""
    able = identity.Account.objects.filter(state=ACTIVE)
    leads = people.leading(POSTS)

    def besides(rows: QuerySet[Any], person: str) -> QuerySet[Any]:
        """Who can sign in, did not ask, and leads not the other side."""
        return rows.filter(
            Exists(able.filter(person_id=OuterRef(person)).exclude(pk=OuterRef(OuterRef("author_id")))),
            ~Exists(leads.filter(person_id=OuterRef(person), unit_id=OuterRef(OuterRef("unit_id")))),
        )

    def standing_in_for_one(rows: QuerySet[Any], person: str) -> QuerySet[Any]:
        """And not for the other side as well."""
        for kept in stand_ins:
            theirs = leads.filter(
                Exists(able.filter(person_id=OuterRef("person_id"))),
                person_id=OuterRef("owner_id"),
                unit_id=OuterRef(OuterRef(OuterRef("unit_id"))),
            )
            rows = rows.filter(~Exists(kept.rows().filter(Exists(theirs), delegate_id=OuterRef(person))))
        return rows

    mine = leads.filter(unit_id=OuterRef("before_id"))
    found = Q(Exists(besides(mine, "person_id")))
    for kept in stand_ins:
        given_by = leads.filter(person_id=OuterRef("owner_id"), unit_id=OuterRef(OuterRef("before_id")))
        rows = standing_in_for_one(kept.rows().filter(Exists(given_by)), "delegate_id")
        found |= Q(Exists(besides(besides(rows, "delegate_id"), "owner_id")))
    return Q(before__is_active=True) & found


def is_of_the_other_side(person: int | Given) -> Q:
    """Of rows, for an office's list: whether this person leads the unit that would get it, or stands in for who does and leads not his own."""
    led = people.units_led_by(person, POSTS)
    return Q(unit__in=led) | (~Q(before__in=led) & is_spoken_for_by(person, "unit"))


def decided_by_others(account_id: int | Given) -> Q:
    """Of rows that wait: whether they do so for somebody else than this steward, for the office or since he is of the other side."""
    person = Subquery(identity.Account.objects.filter(pk=account_id).values("person_id")[:1])
    return office_decides() | is_spoken_for_by(person, "unit")


OwnerChange.decided_by_others = decided_by_others


@transaction.atomic
def set_owner(*, by: Actor, token: UUID, source: str, unit_id: int, reason: str) -> OwnerChange | bool:
    """What waits to be decided; or whether that changed it: a source that is nobody's has its owner at once, and one that is that
    unit's already stays."""
    known = OwnerChange.known(by, token)
    if known is not None:
        return known
    lock_key(lock_of(source))
    before = unit_of(source)
    if before == unit_id:
        return False
    if before is None:
        name_owner(by=by, source=source, unit_id=unit_id, reason=given(reason))
        return True
    return ask_owner(by=by, token=token, source=source, before=before, unit_id=unit_id, reason=given(reason))


def ask_owner(*, by: Actor, token: UUID, source: str, before: int, unit_id: int, reason: str) -> OwnerChange:
    if OwnerChange.objects.filter(source=source, state=OwnerChange.State.ASKED).exists():
        raise OwnerWaitsError
    spec = named_source(source)
    called = f"{spec.office} · {spec.title}" if spec else source
    made = OwnerChange.begun(
        by, token, source=source, source_name=called, before_id=before, unit_id=unit_id, reason=reason
    )
    if vacancy := deciders_of(made).vacancy:
        made.vacancy = vacancy
        made.save(update_fields=["vacancy"])
    audit.record(by=by, action="datahub.ask_owner", target=target_of(made), reason=reason, facts=facts_of(made))
    return made


@transaction.atomic
def agree_owner(*, by: Actor, asked: OwnerChange) -> None:
    """By the office whose it is; by another steward where nobody but who asked can speak for that, whom the page lets in."""
    lock_key(lock_of(asked.source))
    found = asked.locked_in([OwnerChange.State.ASKED])
    if unit_of(found.source) not in {found.before_id, None}:
        raise found.wrong_state(_("负责部门已经不是申请时的那个"))
    in_place = refuse_other_offices(by, found)
    found.decide(by, state=OwnerChange.State.AGREED)
    found.save()
    facts = facts_of(found) | in_place
    audit.record(by=by, action="datahub.agree_owner", target=target_of(found), reason=found.reason, facts=facts)
    who_asked = Actor(account_id=found.author_id, name=found.author_name)
    name_owner(by=who_asked, source=found.source, unit_id=found.unit_id, reason=found.reason, agreed=found)


@transaction.atomic
def refuse_owner(*, by: Actor, asked: OwnerChange, answer: str) -> None:
    """A steward or the office says no."""
    found = asked.locked_in([OwnerChange.State.ASKED])
    found.decide(by, state=OwnerChange.State.REFUSED, answer=given(answer))
    found.save()
    facts = facts_of(found) | in_place_facts(speaking_for(found.before), by)
    audit.record(by=by, action="datahub.refuse_owner", target=target_of(found), reason=answer, facts=facts)


@transaction.atomic
def take_back_owner(*, by: Actor, asked: OwnerChange, answer: str) -> None:
    found = asked.locked_in([OwnerChange.State.ASKED])
    found.take_back(by, answer=answer)
    found.save()
    audit.record(by=by, action="datahub.take_back_owner", target=target_of(found), reason=answer)


def refuse_other_offices(by: Actor, asked: OwnerChange) -> dict[str, object]:
    """What the log says of in whose place he speaks. `vacancy` is as it stands now."""
    office = deciders_of(asked)
    asked.vacancy = office.vacancy
    if not may_decide(asked, account_of(by)):
        if office.accounts:
            raise FormerOwnerSpeaksError(office=office.name, who=office.who)
        raise SamePersonError
    return in_place_facts(office, by)


def lock_of(source: str) -> str:
    return f"datahub.owner:{source}"


def target_of(asked: OwnerChange) -> str:
    return f"source:{asked.source}"


def facts_of(asked: OwnerChange) -> dict[str, object]:
    facts: dict[str, object] = {"unit_before": asked.before.name, "unit": asked.unit.name}
    return facts | ({"vacancy": asked.vacancy} if asked.vacancy else {})


def office_renamed(*, by: Actor, source: str, before: int | None) -> None:
    """A steward calls the office of a source otherwise: it stays the unit that it was (`before`, where no owner was named); where that names
    another unit, he asked for it. One that was nobody's is whose the name says."""
    lock_key(lock_of(source))
    reason = office_of(source)
    wanted = Names().unit_called(reason)
    named = SourceOwner.objects.filter(source=source).values_list("unit_id", flat=True).first()
    owner = named or before
    if wanted == owner or (wanted is None and named):
        return
    if named is None and (kept := owner or wanted):
        name_owner(by=by, source=source, unit_id=kept, reason=reason)
    if owner is None or wanted is None:
        return
    token, waiting = uuid4(), OwnerChange.objects.filter(source=source, state=OwnerChange.State.ASKED)
    if not waiting.filter(unit=wanted).exists() and OwnerChange.known(by, token) is None:
        ask_owner(by=by, token=token, source=source, before=owner, unit_id=wanted, reason=reason)


def name_owner(*, by: Actor, source: str, unit_id: int, reason: str, agreed: OwnerChange | None = None) -> None:
    said: dict[str, object] = {"unit_id": unit_id, "reason": reason, "changed_at": now()}
    said |= {"changed_by_id": account_of(by), "changed_by_name": by.name}
    said |= {"agreed_by_id": agreed.approver_id if agreed else None}
    said |= {"agreed_by_name": agreed.approver_name if agreed else ""}
    owner, _is_new = SourceOwner.objects.update_or_create(source=source, defaults=said)
    facts = {"unit": owner.unit.name}
    audit.record(by=by, action="datahub.set_owner", target=f"source:{source}", reason=reason, facts=facts)
    Batch.objects.filter(source=source, state=Batch.State.WAITING, owner_unit=None).update(owner_unit_id=unit_id)
    if agreed is not None:
        pass_notices_on(source, before_id=agreed.before_id, unit_id=unit_id)


def pass_notices_on(source: str, *, before_id: int, unit_id: int) -> None:
    """What a former owner has not seen of loosened limits, the new one is to see."""
    unseen = LimitNotice.waiting().filter(unit=before_id)
    unseen.filter(request__source=source).update(unit_id=unit_id)
    of_all = unseen.filter(request__source="").values_list("request", flat=True)
    LimitNotice.objects.bulk_create(
        (LimitNotice(request_id=request, unit_id=unit_id) for request in of_all), ignore_conflicts=True
    )
