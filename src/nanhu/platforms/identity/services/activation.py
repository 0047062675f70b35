"""Activation (激活): the initial value and a second proof, once, open the way to a password of one's own.

The last six of the ID number are no secret (500 candidates for who knows county, birthday and sex): alone they open
nothing but the question for the second proof.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit, throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.delivery.texts import send_text
from nanhu.kernel.throttle import Gate, Limit, TooManyAttemptsError, network_of
from nanhu.platforms.identity.errors import (
    ActivationExpiredError,
    CodeStillGoodError,
    NoPhoneOnRecordError,
    ProofRefusedError,
)
from nanhu.platforms.identity.models import Account, OneTimeCode
from nanhu.platforms.identity.services import codes, limits
from nanhu.platforms.people import api as people


def waiting_account(account_id: int) -> Account:
    """The account if its activation can still go on."""
    account = Account.objects.filter(pk=account_id, state=Account.State.AWAITING_ACTIVATION).first()
    if account is None:
        raise ActivationExpiredError
    return account


def challenge_subject(account: Account) -> str:
    return f"activate:{account.pk}"


def send_code(*, by: Actor, account: Account) -> None:
    """Send a code to the phone on record, whose digits nobody sees before the second proof.

    While no more is sent (somebody else asked for it all along), the one sent last is still good.
    """
    phone = people.phone_of(account.person_id, by=by, purpose="发送激活验证码")
    if not phone:
        raise NoPhoneOnRecordError
    try:
        throttle.admit([Gate(limits.ACTIVATION_SENDING, f"account:{account.pk}")])
    except TooManyAttemptsError:
        if codes.live(account_id=account.pk, purpose=OneTimeCode.Purpose.ACTIVATION) is None:
            raise
        raise CodeStillGoodError from None
    with transaction.atomic():
        code = codes.issue_activation_code(account=account)
        send_text(
            phone=phone, text=_("您的激活验证码是 %(code)s，30 分钟内有效。请勿告诉他人。") % {"code": code}, code=code
        )
        audit.record(by=by, action="identity.send_activation_code", target=f"account:{account.pk}")


def prove_by_document(
    *, by: Actor, account: Account, name: str, id_number: str, is_challenge_solved: bool = False
) -> Account:
    """Second proof, first kind: name and full ID number."""
    gates = proof_gates(by=by, account=account, limit=limits.DOCUMENT, is_solved=is_challenge_solved)
    throttle.admit(gates)
    if not people.matches_identity(person_id=account.person_id, name=name, id_number=id_number):
        refuse(by=by, account=account, proof="document")
    return begin(by=by, account=account, proof="document", gates=gates)


def prove_by_code(*, by: Actor, account: Account, code: str, is_challenge_solved: bool = False) -> Account:
    """Second proof, second kind: the code sent to the phone on record."""
    gates = proof_gates(by=by, account=account, limit=limits.ACTIVATION_CODE, is_solved=is_challenge_solved)
    throttle.admit(gates)
    if not codes.use_activation_code(account=account, code=code):
        refuse(by=by, account=account, proof="phone")
    return begin(by=by, account=account, proof="phone", gates=gates)


def proof_gates(*, by: Actor, account: Account, limit: Limit, is_solved: bool) -> list[Gate]:
    """Each kind of proof has its own gates. Those of the address are spared to who solved a challenge."""
    own, network = f"account:{account.pk}", network_of(by.address)
    neighbours = [
        Gate(limits.ACTIVATION_PAIR, f"{limit.kind}|{own}|{network}"),
        Gate(limits.ACTIVATION_ADDRESS, network),
    ]
    return [Gate(limit, own), *([] if is_solved else neighbours)]


def refuse(*, by: Actor, account: Account, proof: str) -> None:
    audit.record(by=by, action="identity.activation_refused", target=f"account:{account.pk}", facts={"proof": proof})
    raise ProofRefusedError


def begin(*, by: Actor, account: Account, proof: str, gates: list[Gate]) -> Account:
    """Spend the initial value. Of two who come at once, one gets it."""
    with transaction.atomic():
        moment = now()
        spent = Account.objects.filter(pk=account.pk, state=Account.State.AWAITING_ACTIVATION).update(
            state=Account.State.MUST_COMPLETE,
            initial_value_used_at=moment,
            state_changed_at=moment,
            is_password_due=True,
        )
        if spent != 1:
            raise ActivationExpiredError
        audit.record(by=by, action="identity.activate", target=f"account:{account.pk}", facts={"proof": proof})
    throttle.forgive(gates[:2])
    throttle.take_back(gates[2:])
    return Account.objects.get(pk=account.pk)
