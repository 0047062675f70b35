"""Student certification (学生认证, by a QR page without a sign-in), and newcomers of the staff.

What is typed is compared once, at once, and only the verdict is kept; it is told to who brings the code that went to the typed phone.
A wrong number, name, document or phone, and a person whom nobody knows, cost the same work and read the same.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from hmac import compare_digest
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from nanhu.kernel import audit, throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.crypto import blind_index, mask_phone
from nanhu.kernel.delivery.texts import send_text
from nanhu.kernel.once import lock_key
from nanhu.kernel.throttle import Gate, Limit
from nanhu.platforms.people import api as people
from nanhu.services.mobile.errors import (
    AttemptOverError,
    CodeRefusedError,
    MismatchError,
    TooManyTriesError,
)
from nanhu.services.mobile.models import Attempt, Newcomer
from nanhu.services.mobile.services import bindings

A_NUMBER: Final = 5
"""Verdicts of a number with one phone. With a phone that is not on record none is ever told but "no": it closes the number to nobody else."""
A_PHONE: Final = 5
A_PHONE_ANYWHERE: Final = 10
"""Codes to a phone, asked for from one network and from all: who asks for somebody else's does not use up his."""
EVERY_FORM: Final = Limit("mobile.form", free=600, cap=300, memory=timedelta(days=1), leak=0.05)
AN_ADDRESS: Final = Limit("mobile.form_address", free=60, cap=300, memory=timedelta(days=1), leak=0.01)
"""Each costs a text message. Who succeeds is taken off: a whole campus may stand behind one address."""
CODE_LIFE: Final = timedelta(minutes=10)


def mark(kind: str, text: str) -> bytes:
    return blind_index(f"{kind}|{text}", purpose="mobile.attempt")


def begin(*, by: Actor, said: Mapping[str, Any]) -> Attempt:
    """`said`: campus_no, name, id_number, phone. The document number goes no further than this function."""
    campus_no, phone = people.halfwidth(said["campus_no"]).strip(), people.normalise_phone(said["phone"])
    digests = digests_of(by, mark("number", campus_no.upper()), phone)
    throttle.admit(gates(by))
    with transaction.atomic():
        admit(digests)
        person_id = people.find_person_by_campus_no(campus_no)
        fits = people.matches_record(person_id=person_id, name=said["name"], id_number=said["id_number"], phone=phone)
        fits &= people.is_phone_settled(person_id or -1)
        return sent(phone, digests, person_id=person_id if fits else None)


def gates(by: Actor) -> list[Gate]:
    return [Gate(EVERY_FORM, ""), Gate(AN_ADDRESS, throttle.network_of(by.address))]


def digests_of(by: Actor, number: bytes, phone: str) -> dict[str, bytes]:
    network = mark("network", throttle.network_of(by.address))
    return {"number_digest": number, "phone_digest": mark("phone", phone), "network_digest": network}


def admit(digests: Mapping[str, bytes]) -> None:
    """Counted before it is tried."""
    lock_key(f"mobile.attempt:{digests['phone_digest'].hex()}")
    codes = attempts_today().filter(phone_digest=digests["phone_digest"])
    here = codes.filter(network_digest=digests["network_digest"])
    if here.count() >= A_PHONE or codes.count() >= A_PHONE_ANYWHERE or verdicts(digests) >= A_NUMBER:
        raise TooManyTriesError


def attempts_today() -> QuerySet[Attempt]:
    return Attempt.objects.filter(made_at__gte=start_of(campus_today()))


def verdicts(digests: Mapping[str, bytes]) -> int:
    """Told today of this number with this phone. A form whose code did not come back closes it to nobody."""
    of_both = attempts_today().filter(number_digest=digests["number_digest"], phone_digest=digests["phone_digest"])
    return of_both.filter(ended_at__isnull=False).count()


def sent(phone: str, digests: Mapping[str, bytes], *, person_id: int | None, is_newcomer: bool = False) -> Attempt:
    code = f"{secrets.randbelow(10**6):06}"
    made = Attempt(person_id=person_id, expires_at=now() + CODE_LIFE, is_newcomer=is_newcomer, **digests)
    made.code_hash = hash_of(made.token, code)
    made.save()
    text = _("您正在开通移动校园，验证码是 %(code)s，10 分钟内有效。请勿告诉他人。") % {"code": code}
    send_text(phone=phone, text=text, code=code)
    return made


def hash_of(token: UUID, code: str) -> bytes:
    return blind_index(f"{token}|{code.strip()}", purpose="mobile.code")


def waiting(token: UUID | str) -> Attempt:
    found = Attempt.objects.filter(token=token, ended_at=None, expires_at__gt=now(), tries_left__gt=0).first()
    if found is None:
        raise AttemptOverError
    return found


def proved(*, token: UUID | str, code: str) -> Attempt:
    """The code came back: one try is counted before it is looked at, and a right one ends the attempt, once."""
    found = waiting(token)
    alive = Attempt.objects.filter(pk=found.pk, ended_at=None, tries_left__gt=0)
    if alive.update(tries_left=F("tries_left") - 1) != 1:
        raise AttemptOverError
    if not compare_digest(bytes(found.code_hash), hash_of(found.token, code)):
        raise CodeRefusedError
    if Attempt.objects.filter(pk=found.pk, ended_at=None).update(ended_at=now()) != 1:
        raise AttemptOverError
    return found


def finish(*, by: Actor, token: UUID | str, code: str) -> Attempt:
    """Proved, and queued for the contact book at once. A mismatch names no field."""
    found = proved(token=token, code=code)
    digests = {"number_digest": bytes(found.number_digest), "phone_digest": bytes(found.phone_digest)}
    if verdicts(digests) > A_NUMBER:
        raise TooManyTriesError
    if found.person_id is None:
        audit.record(by=by, action="mobile.certification_refused", target=f"attempt:{found.token}")
        raise MismatchError
    with transaction.atomic():
        refusal = bindings.prove(by=by, person_id=found.person_id)
        if refusal is None:
            Attempt.objects.filter(pk=found.pk).update(is_bound=True)
    if refusal is not None:
        raise refusal
    throttle.take_back(gates(by))
    return found


def apply(*, by: Actor, said: Mapping[str, Any]) -> Attempt:
    """A new colleague whom the personnel office does not have yet; the phone is proved as above."""
    campus_no, phone = people.halfwidth(said["campus_no"]).strip(), people.normalise_phone(said["phone"])
    digests = digests_of(by, mark("newcomer", campus_no.upper()), phone)
    throttle.admit(gates(by))
    with transaction.atomic():
        admit(digests)
        made = sent(phone, digests, person_id=None, is_newcomer=True)
        Newcomer.objects.create(
            name=said["name"],
            campus_no=campus_no,
            unit_id=people.unit_ids_by_code([said["unit"].code])[said["unit"].code],
            phone=phone,
            phone_masked=mask_phone(phone),
            attempt=made,
        )
        return made


def hand_in(*, by: Actor, token: UUID | str, code: str) -> Newcomer:
    """To the personnel office's to-dos. It makes nobody a member, and what is known of the number is told to nobody."""
    found = proved(token=token, code=code)
    row = Newcomer.objects.get(attempt=found)
    row.state = entered_or_waiting(row)
    with transaction.atomic():
        row.save(update_fields=["state"])
        audit.record(by=by, action="mobile.hand_in_newcomer", target=f"newcomer:{row.public_id}")
    return row


def entered_or_waiting(row: Newcomer) -> Newcomer.State:
    known = people.find_people_by_campus_no([row.campus_no, row.campus_no.upper(), row.campus_no.lower()])
    return Newcomer.State.ENTERED if known else Newcomer.State.WAITING


def close_entered(campus_nos: set[str]) -> int:
    """The office's record came: what waited for it is over."""
    rows = Newcomer.objects.annotate(number=Upper("campus_no")).filter(
        number__in={one.upper() for one in campus_nos}, state=Newcomer.State.WAITING
    )
    return rows.update(state=Newcomer.State.ENTERED, decided_at=now(), decided_by_name="")


@transaction.atomic
def refuse(*, by: Actor, newcomer: Newcomer, answer: str) -> None:
    row = Newcomer.objects.select_for_update().get(pk=newcomer.pk)
    if row.state != Newcomer.State.WAITING:
        raise AttemptOverError
    row.state, row.answer, row.decided_at, row.decided_by_name = Newcomer.State.REFUSED, answer.strip(), now(), by.name
    row.save()
    send_text(phone=str(row.phone), text=_("您的新进教职工登记未通过：%(answer)s") % {"answer": row.answer})
    audit.record(by=by, action="mobile.refuse_newcomer", target=f"newcomer:{row.public_id}", reason=row.answer)
