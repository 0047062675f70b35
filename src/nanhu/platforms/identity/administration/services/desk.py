"""At the counter (柜台): a new start for an account after a document was looked at, and notes for the next clerk."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit, throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.throttle import Gate
from nanhu.platforms.identity.administration.errors import DocumentDiffersError, UnarmedAdministratorError
from nanhu.platforms.identity.administration.models import AccountNote
from nanhu.platforms.identity.factors.services.overview import factors_of
from nanhu.platforms.identity.lifecycle import counter
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.services import limits
from nanhu.platforms.people import api as people

TAIL = 6


class Document(models.TextChoices):
    """What the clerk held in his hands. The first three have a number that the record may know."""

    RESIDENT_ID = "resident_id", _("居民身份证")
    PASSPORT = "passport", _("护照")
    PERMIT = "permit", _("港澳台居民证件")
    CAMPUS_CARD = "campus_card", _("校园卡、学生证或工作证")
    OTHER = "other", _("其他有照片的证件")


COMPARED = frozenset({Document.RESIDENT_ID, Document.PASSPORT, Document.PERMIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`number`: the last six characters of the document, or all of it from a scanner."""

    document: Document
    number: str = ""
    is_face_same: bool


def reset_after_document(*, by: Actor, account: Account, seen: Seen, reason: str) -> str:
    """A one-time code, once the document fits the record; it is shown once. A document that differs resets nothing."""
    refuse_unarmed(account)
    compared = seen.document in COMPARED
    if compared:
        compare(by=by, account=account, seen=seen)
    elif not seen.is_face_same:
        raise DocumentDiffersError
    facts = {"document": str(seen.document), "number_compared": compared, "face_compared": seen.is_face_same}
    return counter.reset_account(by=by, account_id=account.pk, reason=reason, seen=facts)


def refuse_unarmed(account: Account) -> None:
    """Whoever signs in first with the code sets up the second factor of an administrator who has none: with the power
    over both, one clerk could become any other duty. Such a reset takes the console."""
    factors = factors_of(account)
    if factors.is_administrator and not factors.is_on and not factors.recovery_codes:
        raise UnarmedAdministratorError


def compare(*, by: Actor, account: Account, seen: Seen) -> None:
    """A clerk who guesses is slowed down like anybody else."""
    gate = [Gate(limits.PROOF, f"desk:{by.account_id}:{account.pk}")]
    throttle.admit(gate)
    typed = people.normalise_document(seen.number)
    is_whole = len(typed) > TAIL and people.find_person_by_document(typed) == account.person_id
    if not is_whole and not people.matches_id_tail(person_id=account.person_id, tail=typed):
        facts = {"document": str(seen.document)}
        audit.record(by=by, action="identity.reset_refused", target=f"account:{account.pk}", facts=facts)
        raise DocumentDiffersError
    throttle.forgive(gate)


def write_note(*, by: Actor, account: Account, text: str) -> None:
    note = AccountNote.objects.create(account=account, text=text, written_by=by.name)
    audit.record(by=by, action="identity.write_note", target=f"account:{account.pk}", facts={"note": note.pk})
