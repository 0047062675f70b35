"""What is decided as a process of flows: the case beside the room's own row, and the word on the room's page as a word in that case."""

from collections.abc import Mapping
from typing import Any

from nanhu.kernel.actors import Actor
from nanhu.kernel.proposals import EXPIRY, REFUSED, WITHDRAWN
from nanhu.platforms.flows import api as flows
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import NotOfficeError
from nanhu.systems.assets.models import Disposal, Transfer
from nanhu.systems.assets.policies import OFFICE
from nanhu.systems.assets.processes import CLERK, PARTIES
from nanhu.systems.assets.services.own import refuse_own

type Decided = Transfer | Disposal


def begin(*, by: Actor, found: Decided, data: Mapping[str, Any]) -> None:
    found.case = flows.open_case(
        by=by,
        key=found.process,
        applicant_id=person_of(by),
        data={name: value for name, value in data.items() if value},
        subject=(found.process, str(found.public_id)),
    )
    found.save(update_fields=["case"])
    found.refresh_from_db()


def person_of(by: Actor) -> int | None:
    return identity.Account.objects.filter(pk=by.account_id or 0).values_list("person_id", flat=True).first()


def waiting[Row: Decided](found: Row, by: Actor, *, state: str, answer: str = "") -> Row:
    """As it is now, if this actor may decide it so; it is asked once more under its lock, which comes after that of its case."""
    rows: Any = type(found)._default_manager  # noqa: SLF001 - of whichever model
    row = rows.get(pk=found.pk)
    if row.state != row.waits_in:
        raise row.wrong_state()
    row.decide(by, state=state, answer=answer)
    fresh: Row = rows.get(pk=found.pk)
    return fresh


def say(*, by: Actor, found: Decided, step: str, decision: str, comment: str = "") -> None:
    if decision == "refuse":  # the room asks for a reason, and not how long it is
        comment = f"不同意：{comment}"
    if step == CLERK and decision == "agree":
        refuse_own(by, *PARTIES[found.process](found.public_id))
    person_id, case_id = person_of(by) or 0, found.case_id or 0
    flows.decide_at(by=by, person_id=person_id, case_id=case_id, step=step, decision=decision, comment=comment)


def refuse(*, by: Actor, found: Decided, step: str | None, answer: str) -> None:
    """With a word of whose step it is. Without one where its author takes it back, its time is over, or the office does not wait for the
    answer (no `step`)."""
    if by.account_id == found.author_id:
        flows.withdraw(by=by, person_id=person_of(by) or 0, case=flows.Case.objects.get(pk=found.case_id or 0))
    elif by.account_id is None or step is None:
        flows.cancel(by=by, case_id=found.case_id or 0, reason=answer)
    else:
        say(by=by, found=found, step=step, decision="refuse", comment=answer)


def refuse_outsider_of_office(by: Actor) -> None:
    """To whomever a clerk handed the task over: the office alone gives away what is the school's."""
    if by.account_id not in {one.pk for one in identity.holders_of(OFFICE)}:
        raise NotOfficeError


def heard(found: Decided, outcome: str) -> tuple[Actor, str]:
    """Who ended the case in 待办 or among his applications, and with what words. A refusal that came when its time was over decides
    nothing any more: it is closed, with these words."""
    person_id, said = flows.last_word(found.case_id or 0)
    account = identity.account_of(person_id) if person_id else None
    if person_id is None or outcome != REFUSED or account is None or account.pk in {found.author_id, *found.others}:
        return Actor(account_id=found.author_id, name=found.author_name), WITHDRAWN
    if found.is_overdue:
        return EXPIRY, said
    card = people.person_card(person_id)
    return Actor(account_id=account.pk, name=card.name if card else str(account)), said
