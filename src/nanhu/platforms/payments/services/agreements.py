"""Bank agreements (签约): asked for, checked by the bank with four factors, cancelled, moved to another bank card.

The row is committed before the bank is asked, so that no crash forgets a question. The card number goes to the bank from
memory; what is unknown afterwards the retries settle by query, without it.
"""

import logging
import re
import secrets
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.folding import unspaced
from nanhu.kernel.once import lock_key
from nanhu.kernel.retries import Again
from nanhu.platforms.payments.channels import bank_channel, gateway_of
from nanhu.platforms.payments.errors import (
    AgreementExistsError,
    AgreementUnderWayError,
    BankCardNumberError,
    IdentityMissingError,
    NoAgreementError,
)
from nanhu.platforms.payments.gateway import BankAnswer, BankSilentError, FourFactors
from nanhu.platforms.payments.models import Agreement
from nanhu.platforms.payments.timing import first_look
from nanhu.platforms.payments.uses import USES
from nanhu.platforms.people import api as people

log = logging.getLogger(__name__)
ASKED, ACTIVE, CANCELLING = Agreement.State.ASKED, Agreement.State.ACTIVE, Agreement.State.CANCELLING
PURPOSE = "银行签约四要素核验"
SILENT = "银行没有答复，正在查询"
SENT_AGAIN = timedelta(minutes=1)


def new_number(prefix: str) -> str:
    return f"{prefix}{secrets.token_hex(11).upper()}"


def active_agreement(person_id: int) -> Agreement | None:
    return Agreement.objects.filter(person_id=person_id, state=ACTIVE).select_related("channel").first()


def sign(*, by: Actor, person_id: int, card_number: str, phone: str, source: str) -> Agreement:
    """A first agreement. The bank is asked after the caller's commit; its answer stands in the row moments later."""
    known = active_agreement(person_id)
    if known is not None:
        raise AgreementExistsError(tail=known.tail)
    return ask(by=by, person_id=person_id, card_number=card_number, phone=phone, source=source, replaces=None)


def change_bank_card(*, by: Actor, person_id: int, card_number: str, phone: str, source: str) -> Agreement:
    """The new card's agreement; the former one holds until the bank said yes to the new."""
    known = active_agreement(person_id)
    if known is None:
        raise NoAgreementError
    return ask(by=by, person_id=person_id, card_number=card_number, phone=phone, source=source, replaces=known)


def ask_by_form(*, by: Actor, person_id: int, token: UUID, card_number: str, phone: str) -> Agreement:
    """A first card or another, from one's own page. The same form with the same in it (`token`) gives what it made, unless that was
    refused; corrected it is a question of its own."""
    form = uuid5(token, f"{unspaced(card_number)}:{phone}")
    with transaction.atomic():
        lock_key(f"form:{token}")
        known = Agreement.objects.filter(person_id=person_id, form=form, state__in=[ASKED, ACTIVE]).first()
        if known is not None:
            return known
        return ask(
            by=by,
            person_id=person_id,
            card_number=card_number,
            phone=phone,
            source=Agreement.Source.WEB,
            replaces=active_agreement(person_id),
            form=form,
        )


def is_recently_ended(person_id: int) -> bool:
    ended = Agreement.objects.filter(person_id=person_id, state__in=[CANCELLING, Agreement.State.CANCELLED])
    return ended.filter(Q(ended_at=None) | Q(ended_at__gt=now() - SENT_AGAIN)).exists()


def ask(
    *,
    by: Actor,
    person_id: int,
    card_number: str,
    phone: str,
    source: str,
    replaces: Agreement | None,
    form: UUID | None = None,
) -> Agreement:
    number = unspaced(card_number)
    if not re.fullmatch(r"[0-9]{12,19}", number):
        raise BankCardNumberError
    with transaction.atomic():
        factors = factors_of(by=by, person_id=person_id, card_number=number, phone=phone)
        with refused_as(AgreementUnderWayError):
            made = Agreement.objects.create(
                number=new_number("AG"),
                channel=bank_channel(),
                person_id=person_id,
                tail=number[-4:],
                source=source,
                replaces=replaces,
                form=form,
                due_at=first_look(),
            )
        facts = {"agreement": made.number, "tail": made.tail, "source": source}
        audit.record(by=by, action="payments.ask_agreement", target=f"person:{person_id}", facts=facts)
        transaction.on_commit(partial(put_to_bank, made, factors), robust=True)
        return made


def factors_of(*, by: Actor, person_id: int, card_number: str, phone: str) -> FourFactors:
    person = people.person_card(person_id)
    id_number = people.id_number_of(person_id, by=by, purpose=PURPOSE)
    reserved = people.normalise_phone(phone) or people.phone_of(person_id, by=by, purpose=PURPOSE)
    if person is None or not id_number or not reserved:
        raise IdentityMissingError
    return FourFactors(name=person.name, id_number=id_number, card_number=card_number, phone=reserved)


def put_to_bank(agreement: Agreement, factors: FourFactors) -> None:
    try:
        answer = gateway_of(agreement.channel).sign(request=agreement.number, factors=factors)
    except BankSilentError as error:
        log.warning("agreement %s: %s", agreement.number, error)
        Agreement.objects.filter(pk=agreement.pk, state=ASKED).update(sentence=SILENT)
        return
    settle(agreement.pk, answer)


@transaction.atomic
def settle(agreement_id: int, answer: BankAnswer) -> None:
    """What the bank said of a question. The former agreement ends with the commit that makes the new one hold."""
    current = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement_id)
    if current.state != ASKED or not answer.is_final:
        return
    by = Actor.system("payments")
    current.due_at, current.sentence = None, answer.sentence
    if answer.outcome == "done" and answer.token:
        if current.replaces_id is not None:
            Agreement.objects.filter(pk=current.replaces_id, state=ACTIVE).update(state=CANCELLING, due_at=now())
        current.state, current.token, current.signed_at = ACTIVE, answer.token, now()
        current.tail = answer.tail or current.tail
    else:
        current.state, current.ended_at = Agreement.State.REFUSED, now()
    current.save()
    facts = {"agreement": current.number, "state": current.state, "code": answer.code}
    audit.record(by=by, action="payments.settle_agreement", target=f"person:{current.person_id}", facts=facts)


@transaction.atomic
def cancel(*, by: Actor, person_id: int, reason: str) -> Agreement:
    """No money may be asked over it from the commit on; the bank is told, until it says that it knows."""
    current = Agreement.objects.select_for_update().filter(person_id=person_id, state=ACTIVE).first()
    if current is None:
        raise NoAgreementError
    for use in USES:
        use.check_end(current)
    current.state, current.due_at, current.attempts = CANCELLING, now(), 0
    current.save(update_fields=["state", "due_at", "attempts"])
    facts = {"agreement": current.number, "tail": current.tail}
    audit.record(by=by, action="payments.cancel_agreement", target=f"person:{person_id}", reason=reason, facts=facts)
    return current


@transaction.atomic
def end_doubtful(*, by: Actor, person_id: int, since: datetime | None, until: datetime | None) -> None:
    """What was asked for after `since` (None: ever) and not after `until` (None: now), when this person and another were taken for one.
    Raises `WrongStateError` while the bank still owes an answer, so that the caller comes again."""
    made = Agreement.objects.filter(person_id=person_id, state__in=[ACTIVE, ASKED], created_at__lte=until or now())
    doubtful = made.filter(people.set_after(since))
    if doubtful.filter(state=ACTIVE).exists():
        cancel(by=by, person_id=person_id, reason="两人的记录已分开")
    asked = doubtful.filter(state=ASKED).first()
    if asked is not None:
        raise WrongStateError(what=_("这份签约"), state=asked.get_state_display())


def look(agreement: Agreement) -> Again | None:
    """Bring what is open to an end by asking the bank."""
    bank = gateway_of(agreement.channel)
    if agreement.state == CANCELLING:
        bank.unsign(request=f"{agreement.number}C", token=agreement.token)
        moment = now()
        Agreement.objects.filter(pk=agreement.pk, state=CANCELLING).update(
            state=Agreement.State.CANCELLED, ended_at=moment, due_at=None
        )
        return None
    answer = bank.query(original=agreement.number)
    if answer.outcome != "unknown":
        settle(agreement.pk, answer)
    elif agreement.attempts > 1:
        undone = bank.reverse(request=f"{agreement.number}R{agreement.attempts}", original=agreement.number)
        if not undone.is_undone:
            return Again(undone.sentence)
        settle(agreement.pk, BankAnswer(outcome="refused", code="unheard", sentence="银行没有收到，请重新签约"))
    return Again()
