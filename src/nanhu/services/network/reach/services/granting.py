"""VPN grants (VPN 账户): asked for, opened by the word of the leader, closed when their person leaves, at their end, when idle, or by hand."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.jobs import alone
from nanhu.kernel.once import lock_key, made_by_form
from nanhu.kernel.proposals import given
from nanhu.kernel.registry import Text
from nanhu.kernel.ui.words import lazy_filled
from nanhu.platforms.flows import api as flows
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people
from nanhu.services.network import api as network
from nanhu.services.network.reach import policies
from nanhu.services.network.reach.errors import (
    GrantedAlreadyError,
    PromiseChangedError,
    StaffOnlyError,
    UntilError,
)
from nanhu.services.network.reach.models import VpnGrant, VpnUse
from nanhu.services.network.reach.processes import KEY, SUBJECT
from nanhu.services.network.reach.rules import LONGEST_DAYS, PROMISE_VERSION, RENEWED_WITHIN, TOLD_BEFORE
from nanhu.services.network.reach.school import reach_rules

CLOCK: Final = Actor.system("network.vpn")
State, Cause = VpnGrant.State, VpnGrant.Cause
STANDING: Final = (State.ASKED, State.OPEN)


@transaction.atomic
def ask(*, by: Actor, person_id: int, token: UUID, purpose: str, until: date, promise_version: str) -> VpnGrant:
    """One that waits and one that is open a person, and the first only where the second ends soon. Students are refused here as on the page."""
    known = made_by_form(VpnGrant, token, person_id=person_id)
    if known is not None:
        return known
    lock_key(f"network.vpn:{person_id}")
    refuse_asking(person_id, until, promise_version)
    card = people.person_card(person_id)
    made = VpnGrant.objects.create(
        token=token,
        person_id=person_id,
        person_name=card.name if card else "",
        purpose=purpose,
        until=until,
        promise_version=promise_version,
    )
    tie = next((one for one in card.affiliations if one.is_live and one.kind == "staff"), None) if card else None
    data = {
        "name": made.person_name,
        "campus_no": tie.campus_no if tie else "",
        "unit": tie.unit_name if tie else "",
        "purpose": purpose,
        "until": until.isoformat(),
        "promise_version": promise_version,
    }
    case = flows.open_case(
        by=by, key=KEY, applicant_id=person_id, data=data, token=token, subject=(SUBJECT, str(made.public_id))
    )
    made.case_id, made.number = case.pk, case.number
    made.save(update_fields=["case_id", "number"])
    remind_of_revocation(made)
    note(by, "network.ask_vpn", made)
    return made


def remind_of_revocation(made: VpnGrant) -> None:
    """Whoever decides reads in the case that the centre took an account back, and why."""
    revoked = VpnGrant.objects.filter(person=made.person_id, cause=Cause.REVOKED).order_by("-closed_at").first()
    if revoked is not None and revoked.closed_at is not None and made.case_id is not None:
        said = {"day": campus_time(revoked.closed_at).date().isoformat(), "why": revoked.reason}
        flows.learn(
            by=CLOCK, case_id=made.case_id, words=gettext_noop("信息中心 %(day)s 停用过他的账户：%(why)s") % said
        )


def refuse_asking(person_id: int, until: date, promise_version: str) -> None:
    if not policies.may_use_vpn(person_id):
        raise StaffOnlyError
    if promise_version != PROMISE_VERSION:
        raise PromiseChangedError
    if not campus_today() < until <= campus_today() + timedelta(days=LONGEST_DAYS):
        raise UntilError(days=LONGEST_DAYS)
    if any(not may_renew(one) for one in VpnGrant.objects.filter(person=person_id, state__in=STANDING)):
        raise GrantedAlreadyError(days=RENEWED_WITHIN.days)


def may_renew(grant: VpnGrant) -> bool:
    return grant.state == State.OPEN and grant.until <= campus_today() + RENEWED_WITHIN


@transaction.atomic
def settle(*, case_id: int, outcome: str) -> None:
    """What became of the case. Heard twice, the second finds nothing that waits. Who was agreed to and gets none is told why."""
    waiting = VpnGrant.objects.filter(case_id=case_id, state=State.ASKED)
    for person_id in waiting.values_list("person_id", flat=True):
        lock_key(f"network.vpn:{person_id}")
    row = waiting.select_for_update().first()
    if row is None:
        return
    why = words_against(row) if outcome == "granted" else ""
    if outcome == "granted" and not why:
        open_it(row)
        return
    row.state, row.reason = State.REFUSED, str(why)
    row.save(update_fields=["state", "reason"])
    note(CLOCK, "network.refuse_vpn", row, row.reason)
    if why:
        facts = {"number": row.number, "why": why}
        messages.tell([row.person_id], "network.vpn_not_opened", facts, key=str(row.public_id))


def words_against(row: VpnGrant) -> Text:
    """What has come between the asking and the word of the leader."""
    if row.until < campus_today():
        return _("批下来时，申请的期限已过")
    return "" if policies.may_use_vpn(row.person_id) else Cause.LEFT.label


def open_it(row: VpnGrant) -> None:
    """In the place of the one that it renews, whose sessions go on."""
    for former in VpnGrant.objects.select_for_update().filter(person=row.person_id, state=State.OPEN):
        shut(former, by=CLOCK, cause=Cause.RENEWED)
    row.state, row.opened_at = State.OPEN, now()
    row.save(update_fields=["state", "opened_at"])
    note(CLOCK, "network.open_vpn", row)
    messages.tell([row.person_id], "network.vpn_open", {"until": row.until.isoformat()}, key=str(row.public_id))


@transaction.atomic
def close(*, by: Actor, grant: VpnGrant, cause: str, reason: str = "") -> VpnGrant:
    """Its sessions end at once: nothing of what was open stays open. What the centre takes back nobody renews."""
    lock_key(f"network.vpn:{grant.person_id}")
    row = VpnGrant.objects.select_for_update().get(pk=grant.pk)
    if row.state != State.OPEN:
        raise WrongStateError(what=VpnGrant.what, state=row.get_state_display())
    shut(row, by=by, cause=cause, reason=given(reason) if cause == Cause.REVOKED else reason)
    if cause == Cause.REVOKED:
        refuse_renewal(by, row.person_id, reason)
    network.disconnect(by=by, person_id=row.person_id, cause="ours:grant-ended", services=["vpn"])
    if cause != Cause.RETURNED:
        words = lazy_filled(_("信息中心停用：%(reason)s"), reason=row.reason)
        facts = {"why": words if cause == Cause.REVOKED else Cause(cause).label}
        messages.tell([row.person_id], "network.vpn_closed", facts, key=str(row.public_id))
    return row


def refuse_renewal(by: Actor, person_id: int, reason: str) -> None:
    asked = waiting_grant_of(person_id)
    if asked is None or asked.case is None:
        return
    if asked.case.state != flows.Case.State.CLOSED:
        flows.cancel(by=by, case_id=asked.case.pk, reason=reason)
    settle(case_id=asked.case.pk, outcome="cancelled")


def shut(row: VpnGrant, *, by: Actor, cause: str, reason: str = "") -> None:
    row.state, row.closed_at, row.closed_by_name = State.CLOSED, now(), by.name
    row.cause, row.reason = cause, reason
    row.save(update_fields=["state", "closed_at", "closed_by_name", "cause", "reason"])
    note(by, "network.close_vpn", row, reason)


def close_each(rows: QuerySet[VpnGrant], cause: str) -> int:
    """Each in a transaction of its own; one that another closed meanwhile is closed."""
    found = list(rows.filter(state=State.OPEN))
    for row in found:
        with alone("network.vpn_not_closed", grant=row.pk):
            close(by=CLOCK, grant=row, cause=cause)
    return len(found)


def close_due() -> int:
    """By night: whose end has passed, who is of the staff no more, what nobody used."""
    opened = VpnGrant.objects.filter(state=State.OPEN)
    idle = now() - timedelta(days=reach_rules().idle_days)
    unused = opened.annotate(used=Coalesce("last_used_at", "opened_at")).filter(used__lt=idle)
    return (
        close_each(opened.filter(until__lt=campus_today()), Cause.ENDED)
        + close_of_leavers()
        + close_each(unused, Cause.IDLE)
    )


def tell_before_the_end() -> int:
    """Whose account ends soon, and who has not asked for the next one."""
    days = [campus_today() + timedelta(days=one) for one in TOLD_BEFORE]
    ending = VpnGrant.objects.filter(state=State.OPEN, until__in=days)
    asked = VpnGrant.objects.filter(state=State.ASKED).values("person")
    return sum(
        messages.tell([one.person_id], "network.vpn_ending", {"until": one.until.isoformat()}, key=str(one.public_id))
        for one in ending.exclude(person__in=asked)
    )


def close_of_leavers(person_ids: Collection[int] | None = None) -> int:
    """Whom nothing ties to the staff any more, among these or all."""
    held = VpnGrant.objects.filter(state=State.OPEN)
    held = held if person_ids is None else held.filter(person__in=person_ids)
    ids = set(held.values_list("person_id", flat=True))
    return close_each(held.filter(person__in=ids - policies.staff_among(ids)), Cause.LEFT)


def lock_persons(*person_ids: int) -> None:
    """Before any row of theirs: closing one takes the same lock first."""
    for person_id in sorted(person_ids):
        lock_key(f"network.vpn:{person_id}")


@transaction.atomic
def rekey(*, gone_id: int, kept_id: int) -> None:
    """Of merged records one grant stands: the one that the kept person has."""
    lock_persons(gone_id, kept_id)
    theirs = VpnGrant.objects.select_for_update().filter(person=gone_id)
    if VpnGrant.objects.filter(person=kept_id, state__in=STANDING).exists():
        close_each(theirs, Cause.ENDED)
        theirs.filter(state=State.ASKED).update(state=State.REFUSED)
    theirs.update(person=kept_id)


@transaction.atomic
def part(*, kept_id: int, restored_id: int) -> None:
    """Of a merge that is undone: an account that was asked for under the other's campus number is his, with what was used under it. Who of the
    two is no member of staff has none."""
    lock_persons(kept_id, restored_id)
    numbers = network.numbers_of(restored_id)
    theirs = VpnGrant.objects.select_for_update(of=("self",)).filter(person=kept_id, case__data__campus_no__in=numbers)
    if VpnGrant.objects.filter(person=restored_id, state__in=STANDING).exists():
        close_each(theirs, Cause.ENDED)
        theirs.filter(state=State.ASKED).update(state=State.REFUSED)
    VpnGrant.objects.filter(pk__in=[one.pk for one in theirs]).update(person=restored_id)
    keys = [str(one) for one in network.grants_under(numbers)]
    VpnUse.objects.filter(person=kept_id, grant_key__in=keys).update(person=restored_id)
    close_of_leavers({kept_id, restored_id})


def open_grant_of(person_id: int) -> VpnGrant | None:
    held = VpnGrant.objects.filter(person=person_id, state=State.OPEN, until__gte=campus_today())
    return held.first()


def standing_grant_of(person_id: int | None) -> VpnGrant | None:
    """The one that opens the VPN today, else the one that waits, else the last that was."""
    mine = VpnGrant.objects.filter(person=person_id or 0).select_related("case")
    is_open = Q(state=State.OPEN, until__gte=campus_today())
    return mine.filter(is_open).first() or waiting_grant_of(person_id) or mine.order_by("-asked_at").first()


def waiting_grant_of(person_id: int | None) -> VpnGrant | None:
    return VpnGrant.objects.filter(person=person_id or 0, state=State.ASKED).select_related("case").first()


def note(by: Actor, action: str, grant: VpnGrant, reason: str = "") -> None:
    facts = {"number": grant.number, "until": grant.until.isoformat()}
    audit.record(by=by, action=action, target=f"vpn-grant:{grant.public_id}", reason=reason, facts=facts)
