"""What is decided as a process of flows: the case beside the room's own row, and the word on the room's page as a word in that case."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.money import format_yuan
from nanhu.kernel.proposals import EXPIRY, REFUSED, WITHDRAWN, given
from nanhu.platforms.flows import api as flows
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import ApprovalMissingError, NotAcceptedError, NotOfficeError
from nanhu.systems.assets.models import ApprovalLevel, Asset, Decided, Letting, Receipt, Transfer
from nanhu.systems.assets.policies import OFFICE
from nanhu.systems.assets.processes import CLERK, row_of
from nanhu.systems.assets.queries.figures import level_today
from nanhu.systems.assets.services.depreciating import keep_months
from nanhu.systems.assets.services.own import refuse_own


def put_forward(*, by: Actor, found: Decided, words: str, act: str = "ask", **more: Any) -> None:
    """Of a row that its form just began: it is noted with its grounds, and its case begins. The case is kept for whoever reads it, so it
    says what the row says of itself (`Decided.summary`) and `more` in the language of the school."""
    note(by, found, act, words)
    with translation.override(settings.LANGUAGE_CODE):
        summary = found.summary
    begin(by=by, found=found, data=summary | more)


def begin(*, by: Actor, found: Decided | Receipt, data: Mapping[str, Any], asked: Collection[int] = ()) -> None:
    """`asked`: who answers himself applies for nothing."""
    applicant_id = person_of(by)
    found.case = flows.open_case(
        by=by,
        key=found.process,
        applicant_id=None if applicant_id in asked else applicant_id,
        data={name: value for name, value in data.items() if value},
        subject=(found.process, str(found.public_id)),
    )
    found.save(update_fields=["case"])
    found.refresh_from_db()


def person_of(by: Actor) -> int | None:
    return identity.Account.objects.filter(pk=by.account_id or 0).values_list("person_id", flat=True).first()


def waiting[Row: Decided](found: Row, by: Actor, *, state: str, answer: str = "") -> Row:
    """As it is now, if this actor may decide it so; it is asked once more under its lock, which comes after that of its case."""
    row = again(found)
    if row.state != row.waits_in:
        raise row.wrong_state()
    row.decide(by, state=state, answer=answer)
    return again(found)


def again[Row: Decided](found: Row) -> Row:
    rows: Any = type(found)._default_manager  # noqa: SLF001 - of whichever model
    row: Row = rows.get(pk=found.pk)
    return row


def say(*, by: Actor, found: Decided | Receipt, step: str, decision: str, comment: str = "") -> None:
    if decision == "refuse":  # the room asks for a reason, and not how long it is
        comment = f"不同意：{comment}"
    if isinstance(found, Decided) and step == CLERK and decision == "agree":
        refuse_own(by, *found.parties)
    person_id, case_id = person_of(by) or 0, found.case_id or 0
    flows.decide_at(by=by, person_id=person_id, case_id=case_id, step=step, decision=decision, comment=comment)


def end(*, by: Actor, found: Decided | Receipt, answer: str) -> None:
    """Without a word of who was asked: its author takes it back, its time is over, or the office does not wait for the answer."""
    case, person_id = flows.Case.objects.get(pk=found.case_id or 0), person_of(by)
    if person_id is not None and person_id == case.applicant_id:
        flows.withdraw(by=by, person_id=person_id, case=case)
    else:
        flows.cancel(by=by, case_id=case.pk, reason=answer)


@transaction.atomic
def agree[Row: Decided](*, by: Actor, found: Row) -> Row:
    """The office's word, the last one."""
    row = waiting(found, by, state="done")
    if not row.is_before_office:
        raise NotAcceptedError
    say(by=by, found=row, step=CLERK, decision="agree")
    return again(row)


def carries_out(process: str, deed: Callable[[Actor, Any], None]) -> None:
    """`deed`: what comes of a row that is locked and decided, and not saved yet. An error of it refuses the decision."""

    def act(case: flows.Case, by: Actor) -> None:
        keep_months()
        found = row_of(case).locked_in({"asked"})
        found.decide(by, state="done")
        refuse_outsider_of_office(by)
        deed(by, found)
        found.save()
        note(by, found, "approve")

    flows.actions[process] = act


def refuse_outsider_of_office(by: Actor) -> None:
    """To whomever a clerk handed the task over: the office alone gives away what is the school's."""
    if by.account_id not in {one.pk for one in identity.holders_of(OFFICE)}:
        raise NotOfficeError


@transaction.atomic
def refuse[Row: Decided](*, by: Actor, found: Row, answer: str, step: str = "") -> Row:
    """By whom it waits for; the office need not wait for who is asked before it. `step`: at which it was asked, if not the office's."""
    said = given(answer)
    row = waiting(found, by, state=REFUSED, answer=said)
    step = CLERK if row.is_before_office else step
    if by.account_id in {None, row.author_id} or not step:
        end(by=by, found=row, answer=said)
    else:
        say(by=by, found=row, step=step, decision="refuse", comment=said)
    return close(by=by, found=row, answer=said)


@transaction.atomic
def close[Row: Decided](*, by: Actor, found: Row, answer: str) -> Row:
    """Its case ended without its deed."""
    row = found.locked_in({"asked"})
    row.decide(by, state=REFUSED, answer=answer)
    row.save()
    row.let_go()
    note(by, row, "refuse", row.answer)
    return row


def heard(found: Decided, outcome: str) -> tuple[Actor, str]:
    """Who ended the case in 待办 or among his applications, and with what words. A refusal that came when its time was over decides
    nothing any more: it is closed, with these words."""
    by, said = last_word(found)
    if by is None or outcome != REFUSED or by.account_id in {found.author_id, *found.others}:
        return Actor(account_id=found.author_id, name=found.author_name), WITHDRAWN
    return (EXPIRY if found.is_overdue else by), said


def last_word(found: Decided | Receipt) -> tuple[Actor | None, str]:
    person_id, said = flows.last_word(found.case_id or 0)
    account, card = identity.account_of(person_id or 0), people.person_card(person_id or 0)
    return (Actor(account_id=account.pk, name=card.name) if account and card else None), said


def own_request(account_id: int | None, asset: Asset) -> Transfer | Letting | None:
    """What this person asked for a thing, and nobody has decided yet."""
    return next((one for one in open_requests(asset) if one.author_id == account_id), None)


def open_requests(asset: Asset) -> list[Transfer | Letting]:
    return [one for model in (Transfer, Letting) for one in model.objects.filter(asset=asset, state="asked")]


def refuse_second_request(asset: Asset) -> None:
    """Of a thing that is locked: it goes one way at a time, and whole."""
    for one in open_requests(asset):
        raise WrongStateError(what=asset.name, state=one.state_word)


def level_by(value_fen: int, approval: str) -> str:
    """Who approves that so much leaves the books, or the school for a time; above the office's own limit not without their paper."""
    level = level_today(value_fen)
    if level != ApprovalLevel.OFFICE and not approval.strip():
        raise ApprovalMissingError(sum=format_yuan(value_fen), level=ApprovalLevel(level).label)
    return level


def note(by: Actor, found: Decided, act: str, reason: str = "") -> None:
    action = f"assets.{act}_{found.noun}"
    audit.record(by=by, action=action, target=found.target, reason=reason, facts=found.audited)
