"""Activation (激活): the initial value and a second proof, once, open the way to a password of one's own.

The last six of the ID number are no secret (500 candidates for who knows county, birthday and sex): alone they open
nothing but the question for the second proof.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import mask_phone
from nanhu.platforms.identity import sms
from nanhu.platforms.identity.errors import ActivationExpiredError, NoPhoneOnRecordError, ProofRefusedError
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.services import codes, throttle
from nanhu.platforms.identity.services.throttle import Gate, network_of
from nanhu.platforms.people import api as people


def waiting_account(account_id: int) -> Account:
    """The account if its activation can still go on."""
    account = Account.objects.filter(pk=account_id, state=Account.State.AWAITING_ACTIVATION).first()
    if account is None:
        raise ActivationExpiredError
    return account


def send_code(*, by: Actor, account: Account) -> str:
    """Send a code to the phone on record; the masked phone for the page. Only so many messages in an hour."""
    phone = people.phone_of(account.person_id, by=by, purpose="identity.activation_sms")
    if not phone:
        raise NoPhoneOnRecordError
    throttle.admit([Gate(throttle.CODES, f"account:{account.pk}")])
    with transaction.atomic():
        code = codes.issue_activation_code(account=account)
        sms.gateway.send(
            phone=phone, text=_("您的激活验证码是 %(code)s，10 分钟内有效。请勿告诉他人。") % {"code": code}, code=code
        )
        audit.record(by=by, action="identity.send_activation_code", target=f"account:{account.pk}")
    return mask_phone(phone)


def prove_by_document(*, by: Actor, account: Account, name: str, id_number: str) -> Account:
    """Second proof, first kind: name and full ID number."""
    gates = proof_gates(by=by, account=account)
    throttle.admit(gates)
    if not people.matches_identity(person_id=account.person_id, name=name, id_number=id_number):
        refuse(by=by, account=account, proof="document")
    return begin(by=by, account=account, proof="document", gates=gates)


def prove_by_code(*, by: Actor, account: Account, code: str) -> Account:
    """Second proof, second kind: the code sent to the phone on record."""
    gates = proof_gates(by=by, account=account)
    throttle.admit(gates)
    if not codes.use_activation_code(account=account, code=code):
        refuse(by=by, account=account, proof="phone")
    return begin(by=by, account=account, proof="phone", gates=gates)


def proof_gates(*, by: Actor, account: Account) -> list[Gate]:
    return [Gate(throttle.PROOF, f"account:{account.pk}"), Gate(throttle.PROOF_ADDRESS, network_of(by.address))]


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
    throttle.forgive(gates[:1])
    throttle.take_back(gates[1:])
    return Account.objects.get(pk=account.pk)
