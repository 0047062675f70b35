"""A number of an invoice that is used already (发票争议): who has another original of it, or the one original where others typed its number alone, says
so, and a third person judges. A contest stops nothing, and what was entered by what is void, or by the number alone, stays, flagged, until
the office says how it was set right."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.invoices.reading import read_invoice
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given, refuse_same_person
from nanhu.kernel.registry import Text
from nanhu.kernel.ui.words import lazy_filled
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages import api as messages
from nanhu.systems.assets.errors import NumberFreeError, SameInvoiceError, TooManyContestsError, VoidInvoiceError
from nanhu.systems.assets.models import Contest, Invoice, Receipt, ReceiptFlag, ReceiptLine
from nanhu.systems.assets.services import invoicing, purchasing
from nanhu.systems.assets.services.own import refuse_own
from nanhu.systems.assets.services.receiving import refuse_beyond_invoice

State = Contest.State
MOST: Final = 3
WITHIN: Final = timedelta(days=30)
"""So many contests of one person, but for those that he won: who forges the numbers of others does not silence them. One of a number that
was judged is his last of it: one against a file, and one against what was typed, for who won against that may lose his own file afterwards."""


@transaction.atomic
def contest(*, by: Actor, token: UUID, content: bytes, name: str, reason: str) -> Contest:
    known = Contest.known(by, token)
    if known is not None:
        return known
    found = read_invoice(content)
    lock_key(f"assets.contests:{by.account_id}")
    standing = invoicing.standing(found.number)
    against = None if standing is None or standing.said == found.said else standing
    refuse_again(by, found.number, is_typed=against is None)
    if against is None:
        claimed = invoicing.hand_in(by=by, content=content, name=name)[0].invoice
        if not typed(claimed).exists():
            raise NumberFreeError(number=found.number)
    else:
        claimed = invoicing.entered(found, Invoice.State.CLAIMED)
        invoicing.kept(by, claimed, content, name)
    asked = Contest.begun(by, token, number=found.number, claimed=claimed, against=against, reason=given(reason))
    note(by, asked, "assets.contest_invoice", asked.reason, fen=claimed.total_fen)
    return asked


def typed(invoice: Invoice) -> QuerySet[Receipt]:
    """By its number, of those who have no file of it."""
    return invoicing.receipts_with(invoice.number).exclude(author__in=invoice.files.values("author"))


def refuse_again(by: Actor, number: str, *, is_typed: bool) -> None:
    """What he took back, or nobody judged in time, he may bring again. Said before what is by the number, so that nobody tries out more."""
    mine = Contest.objects.filter(author=by.account_id)
    same = mine.filter(number=number, against__isnull=is_typed)
    before = same.exclude(state=State.REFUSED, approver=None).first()
    if before is not None:
        raise before.wrong_state()
    if mine.filter(created_at__gt=now() - WITHIN).exclude(state=State.DONE).count() >= MOST:
        raise TooManyContestsError(most=MOST, days=WITHIN.days)


def decided(by: Actor, contest: Contest, state: State, answer: str = "") -> Contest:
    """Locked with its number, so that nothing is entered by that meanwhile."""
    invoicing.standing(contest.number)
    found = contest.locked_in({State.ASKED}, Contest.objects.select_related("claimed", "against"))
    found.decide(by, state=state, answer=answer)
    if found.approver_id is not None:
        refuse_own(by, *found.involved)
    return found


@transaction.atomic
def agree(*, by: Actor, contest: Contest) -> Contest:
    """The later one stands, or what was typed is none of it. What else waits of this number is against that from now on."""
    found = decided(by, contest, State.DONE)
    if found.against is not None and found.claimed.said == found.against.said:
        raise SameInvoiceError
    if found.claimed.state == Invoice.State.VOID:
        raise WrongStateError(what=_("提出的人交的发票"), state=found.claimed.get_state_display())
    found.save()
    doubted = doubted_by(found)
    ReceiptFlag.objects.bulk_create([ReceiptFlag(receipt=one, contest=found) for one in doubted])
    action = "assets.disown_receipts" if found.against is None else "assets.void_invoice"
    said = found.against or found.claimed
    note(by, found, action, found.reason, fen=said.total_fen, flagged=len(doubted))
    authors = {one.author_id for one in doubted}
    if found.against is not None:
        authors |= handed_in_by(found.against)
        stand_instead(found.claimed, found.against, found)
    answer_author(found, _("您的异议成立：现在以您交的那份为准，可以开验收单"))
    tell(
        authors,
        found,
        _("这个发票号核对后以另一份原件为准；您用它开的验收单，没入库的请撤回，已入库的等国资处更正"),
    )
    return found


def stand_instead(claimed: Invoice, against: Invoice, found: Contest) -> None:
    end(against, found.reason)
    claimed.state = Invoice.State.STANDING
    claimed.save(update_fields=["state"])
    waiting = Contest.objects.filter(number=found.number, state=State.ASKED, claimed__state=Invoice.State.CLAIMED)
    waiting.update(against=claimed)


@transaction.atomic
def refuse(*, by: Actor, contest: Contest, answer: str) -> Contest:
    """What stands stays so; also where its author takes it back, or nobody judged it in time."""
    found = decided(by, contest, State.REFUSED, given(answer))
    found.save()
    if found.claimed.state == Invoice.State.CLAIMED:
        end(found.claimed, found.answer)
    action = "assets.withdraw_contest" if found.is_withdrawn else "assets.refuse_contest"
    note(by, found, action, found.answer, fen=found.claimed.total_fen)
    if found.approver_id is not None:
        answer_author(found, lazy_filled(_("您的异议不成立：%(answer)s"), answer=found.answer))
        if found.against is not None:
            tell(handed_in_by(found.against), found, _("有人对它提出过异议，核对后仍以您交的那份为准"))
    elif found.is_expired:
        answer_author(found, _("您的异议逾期没有人核对，自动关闭；还需要的请再提"))
    return found


def doubted_by(found: Contest) -> list[Receipt]:
    """What others typed; against a file, whoever is right entered his own by the one that stands now; not where what is void was his as well,
    nor beyond what that one says."""
    if found.against is None:
        return list(typed(found.claimed))
    receipts = invoicing.receipts_with(found.number)
    own = ReceiptLine.objects.filter(receipt__in=receipts.filter(author=found.author_id))
    is_his = found.against.files.filter(author=found.author_id).exists()
    is_beyond = purchasing.entered_fen(own) > found.claimed.total_fen
    return list(receipts if is_his or is_beyond else receipts.exclude(author=found.author_id))


def end(invoice: Invoice, reason: str) -> None:
    invoice.state, invoice.void_reason = Invoice.State.VOID, reason
    invoice.save(update_fields=["state", "void_reason"])


def handed_in_by(invoice: Invoice) -> set[int]:
    return set(invoice.files.values_list("author", flat=True))


def answer_author(found: Contest, words: Text) -> None:
    tell({found.author_id}, found, words, "assets.invoice_contest")


def tell(accounts: set[int], found: Contest, words: Text, template: str = "assets.invoice_judged") -> None:
    """Neither side learns who the other is: who contested is led to his contests, the others to their receipts."""
    persons = set(identity.Account.objects.filter(pk__in=accounts).values_list("person_id", flat=True))
    messages.tell(persons, template, {"words": words, "what": found.number})


@transaction.atomic
def correct(*, by: Actor, flag: ReceiptFlag, result: str, correction: str) -> ReceiptFlag:
    """By the office, of what somebody else entered: it is of the invoice that stands after all, and within its sum, or was set right otherwise,
    which what is not in stock cannot be: it would be signed then, and count in none."""
    invoicing.standing(flag.receipt.invoice)
    found = ReceiptFlag.objects.select_for_update(of=("self",)).select_related("receipt").get(pk=flag.pk)
    if found.result != ReceiptFlag.Result.OPEN:
        raise WrongStateError(what=Receipt.what, state=found.get_result_display())
    refuse_same_person(by, found.receipt.author_id)
    if result == ReceiptFlag.Result.CORRECTED and found.receipt.state == Receipt.State.WAITING:
        raise VoidInvoiceError
    found.result, found.correction, found.corrected_at = result, given(correction), now()
    found.corrected_by_id, found.corrected_by_name = by.account_id, by.name
    found.save()
    if result == ReceiptFlag.Result.BELONGS:
        refuse_beyond_invoice(by, found.receipt)
    target, facts = f"asset_receipt:{found.receipt.public_id}", {"title": found.receipt.title}
    audit.record(by=by, action="assets.correct_receipt", target=target, reason=found.correction, facts=facts)
    return found


def note(by: Actor, found: Contest, action: str, reason: str, **facts: object) -> None:
    audit.record(by=by, action=action, target=f"invoice:{found.number}", reason=reason, facts=facts)
