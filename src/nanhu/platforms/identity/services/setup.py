"""Set-up (完善账号): what an account still owes before anything opens, and paying it."""

from collections.abc import Sequence
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.kernel.ui import dates
from nanhu.platforms.identity import former_passwords as history
from nanhu.platforms.identity import hashing, passwords, queries
from nanhu.platforms.identity.channels import notify
from nanhu.platforms.identity.errors import PasswordRefusedError
from nanhu.platforms.identity.events import AccountActivated, PasswordChanged, SecurityQuestionsChanged
from nanhu.platforms.identity.models import Account, PrivacyConsent, RecoveryContact, SecurityQuestion
from nanhu.platforms.identity.rules import QUESTIONS_NEEDED, normalise_answer, normalise_password
from nanhu.platforms.identity.services import contact_names
from nanhu.platforms.people import api as people

PRIVACY_VERSION = "2026-11"
type QuestionAndAnswer = tuple[str, str]


class Step(StrEnum):
    PASSWORD = "password"  # noqa: S105  the name of a step
    QUESTIONS = "questions"
    CONTACT = "contact"
    GUEST = "guest"


def due_steps(account: Account) -> list[Step]:
    """What is still missing, in the order it is asked for."""
    has_agreed = PrivacyConsent.objects.filter(account=account, version=PRIVACY_VERSION).exists()
    if is_guest_alone(account):
        return [Step.GUEST] if account.is_password_due or not has_agreed else []
    due: list[Step] = []
    if account.is_password_due:
        due.append(Step.PASSWORD)
    if account.security_questions.count() < QUESTIONS_NEEDED:
        due.append(Step.QUESTIONS)
    if not has_agreed:
        due.append(Step.CONTACT)
    return due


def is_guest_alone(account: Account) -> bool:
    """Whom the school knows as its guest and never as anything else: he owes one page, and no security questions, for he comes back in by the
    phone to which he was invited. An alumnus owes what everybody does."""
    card = people.person_card(account.person_id) if account.person_id else None
    return card is not None and {tie.kind for tie in card.affiliations} == {"guest"}


def set_up_guest(*, by: Actor, account: Account, password: str, phone: str) -> Account:
    """All that a guest owes, in one go: a new password, his phone, and his consent. Raises PasswordRefusedError; then nothing is changed. The
    page does not ask for an e-mail: whoever had given one, and sets a password anew, keeps it."""
    with transaction.atomic():
        account = set_password(by=by, account=account, password=password)
        email = RecoveryContact.objects.filter(account=account).values_list("email", flat=True).first()
        set_contact(by=by, account=account, phone=phone, email=email or "")
    return account


def set_password(*, by: Actor, account: Account, password: str) -> Account:
    """A new password, if it is good enough; the account must be locked by nobody else meanwhile."""
    problems = passwords.problems_of(by=by, account=account, password=password)
    if problems:
        raise PasswordRefusedError(problems)
    encoded = hashing.hash_secret(normalise_password(password))
    with transaction.atomic():
        account = queries.hold(account)
        history.keep(account)
        account.password, account.is_password_due, account.password_changed_at = encoded, False, now()
        account.save(update_fields=["password", "is_password_due", "password_changed_at"])
        audit.record(by=by, action="identity.set_password", target=f"account:{account.pk}")
        publish(PasswordChanged(account_id=account.pk, person_id=account.person_id))
    return account


def set_questions(*, by: Actor, account: Account, questions: Sequence[QuestionAndAnswer]) -> None:
    """Replace the security questions; answers are kept as Argon2id hashes of their normalised form."""
    rows = [
        SecurityQuestion(
            account=account,
            position=position,
            question=question,
            answer_hash=hashing.hash_secret(normalise_answer(answer)),
        )
        for position, (question, answer) in enumerate(questions, start=1)
    ]
    with transaction.atomic():
        queries.hold(account)
        SecurityQuestion.objects.filter(account=account).delete()
        SecurityQuestion.objects.bulk_create(rows)
        audit.record(by=by, action="identity.set_security_questions", target=f"account:{account.pk}")
        publish(SecurityQuestionsChanged(account_id=account.pk, person_id=account.person_id))


@transaction.atomic
def set_contact(*, by: Actor, account: Account, phone: str, email: str) -> None:
    """Phone and mail for getting back in, and consent to the privacy notice as it reads now.

    What was verified before stays verified if it stays the same; the phone the office has on record needs no code.
    """
    queries.hold(account)  # pressed twice, the second finds what the first wrote
    contact = RecoveryContact.objects.filter(account=account).first() or RecoveryContact(account=account)
    moment = now()
    if (contact.phone_verified_at and contact.phone != phone) or (contact.email_verified_at and contact.email != email):
        text = _("您统一身份账号的找回联系方式于 %(when)s 被修改。如非本人操作，请立即联系信息中心。")
        notify(account=account, text=text % {"when": dates.time_words(moment)})
    if contact.phone != phone:
        vouched_at = moment if people.matches_phone(person_id=account.person_id, phone=phone) else None
        contact.phone, contact.phone_verified_at, contact.phone_settles_at = phone or None, vouched_at, vouched_at
        contact.phone_index = contact_names.index_of(phone)
    if contact.email != email:
        contact.email, contact.email_verified_at, contact.email_settles_at = email, None, None
    contact.changed_at = moment
    contact.save()
    PrivacyConsent.objects.get_or_create(account=account, version=PRIVACY_VERSION, defaults={"address": by.address})
    audit.record(
        by=by, action="identity.set_contact", target=f"account:{account.pk}", facts={"privacy": PRIVACY_VERSION}
    )


@transaction.atomic
def complete(*, by: Actor, account: Account) -> bool:
    """Open the account when nothing is due any more."""
    account = queries.hold(account)
    if account.state != Account.State.MUST_COMPLETE or due_steps(account):
        return False
    account.state, account.state_changed_at = Account.State.ACTIVE, now()
    account.save(update_fields=["state", "state_changed_at"])
    audit.record(by=by, action="identity.complete_setup", target=f"account:{account.pk}")
    publish(AccountActivated(account_id=account.pk, person_id=account.person_id))
    return True
