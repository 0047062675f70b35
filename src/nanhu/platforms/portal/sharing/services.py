"""Asking for shared data, and what becomes of it: the grant is made in the transaction in which its case closes, or not at all."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as say

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.events import subscribe
from nanhu.kernel.ui.dates import lazy_day
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows import api as flows
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages import api as messages
from nanhu.platforms.openapi import api as openapi
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.errors import DecidedBeforeError, StewardAloneError
from nanhu.platforms.portal.sharing.process import (
    GIVE,
    KEY,
    ROLE,
    STEWARD,
    SUBJECT,
    data_owner,
    deciders,
    grant_of,
    owner_side,
)

State = datahub.Grant.State
REMINDED: Final = (14, 7, 1)
"""Days before its end on which who asked for a grant is told."""
LEADERS: Final = frozenset({"head", "deputy", "secretary"})


@transaction.atomic
def ask(
    *,
    by: Actor,
    person_id: int,
    token: UUID,
    table_key: str,
    vendor: openapi.Vendor,
    terms: datahub.grants.Terms,
) -> datahub.Grant:
    """The grant that waits for its case. Raises GrantRefusedError where it could not be granted, or one waits already."""
    table = datahub.shared_tables()[table_key]
    for_unit = people.home_unit_of(person_id)
    grant = datahub.grants.ask(
        by=by, token=token, table=table, vendor=vendor, terms=terms, state=State.IN_CASE, for_unit_id=for_unit
    )
    if grant.case_number or grant.state != State.IN_CASE:
        return grant
    with translation.override(settings.LANGUAGE_CODE):  # kept for whoever reads it
        data = datahub.grant_words.said_of(grant) | {
            "count": datahub.grant_words.rows_today(grant, table),
            "first": data_owner(table_key, without=person_id).words,
        }
    before = datahub.grants.held_before(grant)
    if before is not None:
        data |= {"former": before.author_name}
    subject = (SUBJECT, str(grant.public_id))
    case = flows.open_case(by=by, key=KEY, applicant_id=person_id, data=data, token=token, subject=subject)
    datahub.grants.name_case(grant, case.number)
    return grant


def give(case: flows.Case, by: Actor) -> str | None:
    """The steward agreed. What cannot be given any more, or not as both read it, is not: the words say why."""
    grant = grant_of(case)
    if grant is None:
        return say("不是数据共享申请")
    by, owner_id, owner_name = who_agreed(case, by)
    with translation.override(settings.LANGUAGE_CODE):
        try:
            with transaction.atomic():
                datahub.grants.agree_in_case(
                    by=by,
                    grant=grant,
                    owner_id=owner_id,
                    owner_name=owner_name,
                    owner_side={one.pk for one in identity.accounts_of(owner_side(case))},
                    said=case.data,
                )
        except datahub.GrantRefusedError as refused:
            datahub.grants.void(by=by, grant=grant, answer=refused.message)
            return refused.message
    return None


flows.actions[GIVE] = give


def who_agreed(case: flows.Case, by: Actor) -> tuple[Actor, int | None, str]:
    """The steward, then account and name of who agreed for the owner (there may be no account of his any more). To whomever the task was
    handed over: a steward alone agrees, and one who did not already for the owner. It is who decided the task himself, also where somebody
    whom he had sign after him said the last word (加签)."""
    stewards = {one.pk for one in identity.holders_of(ROLE)}
    said = [one for one in identity.accounts_of(flows.who_agreed(case.pk, STEWARD)) if one.pk in stewards]
    if not said:
        raise StewardAloneError
    decided, barred = deciders(case), owner_side(case)
    accounts = {one.person_id: one.pk for one in identity.accounts_of(decided)}
    found = [one for one in said if one.person_id not in barred]
    if not found:
        raise DecidedBeforeError
    if by.account_id not in {one.pk for one in found}:
        by = Actor(account_id=found[0].pk, name=name_of(found[0].person_id))
    return by, accounts.get(decided[0]), name_of(decided[0])


@transaction.atomic
def refuse(*, by: Actor, person_id: int, case: flows.Case, reason: str) -> None:
    """A data steward says no, also before the owner said anything: its table and vendor are free again at once."""
    step = flows.step_now(case.pk) or STEWARD
    flows.decide_at(by=by, person_id=person_id, case_id=case.pk, step=step, decision="refuse", comment=reason)


def name_of(person_id: int) -> str:
    card = people.person_card(person_id)
    return card.name if card else ""


@subscribe(flows.CaseClosed, name="portal.end_grant_request", wants=lambda event: event.definition == KEY, at_once=True)
def end_request(events: Sequence[flows.CaseClosed]) -> None:
    """Refused, taken back or cancelled: its office may ask anew at once."""
    for event in events:
        grant = datahub.Grant.objects.filter(public_id=event.subject_id, state=State.IN_CASE).first()
        if grant is not None and event.outcome != "granted":
            by, words = decider_of(event) if event.outcome == "refused" else (None, "")
            datahub.grants.close_case(by=by, grant=grant, answer=words)


def decider_of(event: flows.CaseClosed) -> tuple[Actor | None, str]:
    person_id, words = flows.last_word(event.case_id)
    account = identity.account_of(person_id or 0)
    return (Actor(account_id=account.pk, name=name_of(account.person_id)) if account else None), words


def tell_ending() -> int:
    """Who asked for what ends in a fortnight, in a week or tomorrow is told that it can be renewed. Run twice on a day, once."""
    days = [campus_today() + timedelta(days=ahead) for ahead in REMINDED]
    ending = datahub.Grant.in_effect().filter(expires_on__in=days).exclude(case_number="").select_related("vendor")
    cases = flows.Case.objects.filter(definition__key=KEY, subject_id__in=[str(one.public_id) for one in ending])
    applicants = dict(cases.values_list("subject_id", "applicant"))
    return sum(
        messages.tell(
            who_hears(applicants.get(str(one.public_id)), one),
            "portal.grant_ending",
            {"what": one, "day": lazy_day(one.expires_on, None)},
            key=f"{one.pk}",
        )
        for one in ending
    )


def who_hears(applicant_id: int | None, grant: datahub.Grant) -> list[int]:
    """Who asked; where he works here no more, who leads his unit: any colleague there can renew it."""
    card = people.person_card(applicant_id) if applicant_id else None
    if card is not None and any(tie.is_live and tie.kind == "staff" for tie in card.affiliations):
        return [card.person_id]
    return list(people.leaders_of([grant.for_unit_id], LEADERS)) if grant.for_unit_id else []
