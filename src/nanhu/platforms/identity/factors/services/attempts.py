"""How often somebody may try the second step.

Only who has given the first proof comes here, so no stranger can make anybody wait. Somebody who knows the password is
held by the account's gate from wherever he tries; its owner's known browser stands before a gate of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from nanhu.kernel import audit, throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.throttle import Gate, Limit, network_of
from nanhu.platforms.identity.factors.errors import PasskeyRefusedError, PasskeySuspectError, WrongCodeError
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.services import sign_in_log
from nanhu.platforms.identity.services.sign_in_log import Reason

DAY = timedelta(hours=24)
PAIR = Limit("second-pair", free=5, cap=900, memory=DAY)
ANYWHERE = Limit("second", free=10, cap=900, memory=DAY)
DEVICE = Limit("second-device", free=5, cap=900, memory=DAY)
SENDING = Limit("second-sending", free=3, cap=3600, memory=timedelta(hours=6))
REFUSALS = (WrongCodeError, PasskeyRefusedError, PasskeySuspectError)
STRANGER = Limit("stranger", free=300, cap=30, memory=timedelta(minutes=15), leak=2.0)
"""What a stranger may begin (a question to a passkey, a QR code): each costs a row for some minutes."""
TELLING = Limit("new-device", free=3, cap=3600, memory=timedelta(hours=6))


def gates_of(*, by: Actor, account: Account, known_browser: str) -> list[Gate]:
    subject = f"account:{account.pk}"
    if known_browser:
        return [Gate(DEVICE, f"{subject}|{known_browser}")]
    return [Gate(PAIR, f"{subject}|{network_of(by.address)}"), Gate(ANYWHERE, subject)]


@contextmanager
def counted(
    *, by: Actor, account: Account, known_browser: str = "", how: str = "otp", application: str = ""
) -> Iterator[None]:
    """Count one attempt before it is made; a success forgives the earlier ones, a wrong code is written down."""
    gates = gates_of(by=by, account=account, known_browser=known_browser)
    throttle.admit(gates)
    try:
        yield
    except REFUSALS:
        audit.record(by=by, action="identity.second_step_refused", target=f"account:{account.pk}")
        sign_in_log.refused(
            by=by, campus_no="", reason=Reason.SECOND_FACTOR, how=how, account_id=account.pk, application=application
        )
        raise
    throttle.forgive(gates)


def count_stranger(caller: str) -> None:
    """`caller`: `devices.caller_in`. A browser that signed somebody in before is not held up by what its neighbours begin."""
    throttle.admit([Gate(STRANGER, caller)])


def forgive_all(account: Account) -> None:
    """What the counter does for somebody who stands there. What one browser or one address did passes by itself."""
    throttle.forgive([Gate(limit, f"account:{account.pk}") for limit in (ANYWHERE, SENDING)])
