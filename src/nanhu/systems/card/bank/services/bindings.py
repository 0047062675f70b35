"""Binding an outside app (绑定): name, number and ID must fit, then the phone on record must answer; three failures lock.

A binding is a virtual card on one phone. Its pay codes are made for it by the part `codes`, and end with it.
"""

import secrets
import uuid
from datetime import timedelta
from hmac import compare_digest
from typing import NoReturn

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit, once
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import blind_index, mask_phone
from nanhu.kernel.delivery.texts import send_text
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates
from nanhu.platforms.payments.api import Channel
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.errors import (
    BindingCodeError,
    BindingCodesUsedUpError,
    BindingLockedError,
    BindingNotFoundError,
    IdentityDiffersError,
    NoPhoneError,
    PhoneUnsettledError,
)
from nanhu.systems.card.bank.models import Binding, BindingLock
from nanhu.systems.card.bank.services import app_bounds
from nanhu.systems.card.codes.models import CodeDevice
from nanhu.systems.card.codes.services import devices
from nanhu.systems.card.errors import CardNotFoundError
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.issue import refused_number

State = Binding.State
MOST_FAILURES = 3
LOCK = timedelta(hours=24)
CODES_WITHIN = timedelta(hours=1)
CODES_OF_ONE_USER = 3
CODES_OF_ONE_PERSON = 6
"""An hour: who knows number, name and document of somebody neither floods the phone nor guesses codes for ever."""
CODE_LIFE = timedelta(minutes=10)
DIGITS = 6


def ask(
    *, by: Actor, app: Channel, app_user: str, app_phone: str, campus_no: str, name: str, id_number: str, device: str
) -> Binding:
    """Who they say they are; the code goes to the phone the school knows, not to one that is named here."""
    app_bounds.check(app)
    person_id = people.find_person_by_campus_no(campus_no)
    keys = [holder_key(app, holder_of(person_id, campus_no)), lock_key(f"user|{app.key}|{app_user}")]
    check_locks(keys)
    if not people.matches_identity(person_id=person_id or 0, name=name, id_number=id_number) or person_id is None:
        fail(keys, by=by, app=app, campus_no=campus_no)
    with transaction.atomic():
        BindingLock.objects.filter(key__in=keys).delete()
        card = Card.objects.filter(person_id=person_id, state=Card.State.ISSUED).first()
        if card is None:
            raise CardNotFoundError
        phone = people.phone_of(person_id, by=by, purpose="电子校园卡绑定验证码")
        if not phone:
            raise NoPhoneError
        if not people.is_phone_settled(person_id):
            raise PhoneUnsettledError
        check_codes_sent(person_id, app=app, app_user=app_user)
        code = "".join(secrets.choice("0123456789") for _place in range(DIGITS))
        Binding.objects.filter(app=app, app_user=app_user, state=State.ASKED).update(
            state=State.REVOKED, revoked_at=now(), reason="重新申请"
        )
        made = Binding.objects.create(
            app=app,
            app_user=app_user,
            app_phone=app_phone,
            person_id=person_id,
            virtual_no=new_virtual_number(),
            device=device.strip()[:60] or "手机",
            code_expires_at=now() + CODE_LIFE,
        )
        made.code_hash = hash_of(made, code)
        made.save(update_fields=["code_hash"])
        text = _("【%(school)s】您正在%(app)s添加电子校园卡，验证码 %(code)s，10 分钟内有效。不是本人操作请忽略。")
        words = text % {"school": school().name, "app": app.name, "code": code}
        send_text(phone=phone, text=words, code=code)
        facts = {"app": app.name, "device": made.device}
        audit.record(by=by, action="card.ask_binding", target=f"person:{person_id}", facts=facts)
        return made


def check_codes_sent(person_id: int, *, app: Channel, app_user: str) -> None:
    once.lock_key(f"binding:{person_id}")
    lately = Binding.objects.filter(person_id=person_id, created_at__gt=now() - CODES_WITHIN)
    of_this_user = lately.filter(app=app, app_user=app_user).count()
    if of_this_user >= CODES_OF_ONE_USER or lately.count() >= CODES_OF_ONE_PERSON:
        raise BindingCodesUsedUpError


def confirm(*, by: Actor, app: Channel, public_id: str, code: str) -> Binding:
    """One try of the code, counted before it is compared; the former phone's virtual card ends with the new one's begin."""
    with transaction.atomic():
        current = locked(app, public_id, State.ASKED)
        is_spent = current.tries_left == 0 or current.code_expires_at < now()
        Binding.objects.filter(pk=current.pk, tries_left__gt=0).update(
            tries_left=current.tries_left - 1 if not is_spent else 0
        )
    if is_spent or not compare_digest(bytes(current.code_hash), hash_of(current, code)):
        if not is_spent:
            facts = {"app": app.name, "device": current.device}
            audit.record(by=by, action="card.refuse_binding_code", target=f"person:{current.person_id}", facts=facts)
        raise BindingCodeError
    with transaction.atomic():
        others = Binding.objects.filter(app=app, state=State.ACTIVE)
        others = others.filter(person_id=current.person_id) | others.filter(app_user=current.app_user)
        devices.hold_phones(current.person_id, *others.values_list("person_id", flat=True))
        current = locked(app, public_id, State.ASKED)
        for one in others.select_for_update().order_by("pk"):
            end(by=by, binding=one, reason="换了手机或账号", ending=CodeDevice.Ending.REPLACED)
        made_device = devices.register_device(by=by, person_id=current.person_id, name=f"{app.name} · {current.device}")
        current.state, current.bound_at, current.code_hash = State.ACTIVE, now(), b""
        current.code_device = made_device.device
        current.save()
        facts = {"app": app.name, "device": current.device, "virtual_no": current.virtual_no}
        audit.record(by=by, action="card.bind_app", target=f"person:{current.person_id}", facts=facts)
        return current


def revoke(*, by: Actor, binding: Binding, reason: str, ending: CodeDevice.Ending = CodeDevice.Ending.OWNER) -> Binding:
    """From the commit on neither the app nor the phone's codes are taken. Twice is harmless."""
    with transaction.atomic():
        devices.hold_phones(binding.person_id)
        current = Binding.objects.select_for_update().get(pk=binding.pk)
        if current.state != State.REVOKED:
            end(by=by, binding=current, reason=reason, ending=ending)
        return current


def end(*, by: Actor, binding: Binding, reason: str, ending: CodeDevice.Ending) -> None:
    binding.state, binding.revoked_at, binding.reason = State.REVOKED, now(), reason
    binding.save(update_fields=["state", "revoked_at", "reason"])
    if binding.code_device_id is not None:
        devices.end_device(by=by, device=CodeDevice.objects.get(pk=binding.code_device_id), ending=ending)
    facts = {"binding": binding.pk, "device": binding.device}
    audit.record(by=by, action="card.unbind_app", target=f"person:{binding.person_id}", reason=reason, facts=facts)


def active(app: Channel, public_id: str) -> Binding:
    """The binding an app speaks for; `used_at` shows its holder that it did."""
    found = (
        Binding.objects.filter(app=app, public_id=as_id(public_id), state=State.ACTIVE)
        .select_related("code_device")
        .first()
    )
    if found is None:
        raise BindingNotFoundError
    if found.code_device is not None and found.code_device.ended_at is not None:
        revoke(by=Actor.system("card.bindings"), binding=found, reason="手机已停用")
        raise BindingNotFoundError
    Binding.objects.filter(pk=found.pk).update(used_at=now())
    return found


def locked(app: Channel, public_id: str, state: Binding.State) -> Binding:
    found = (
        Binding.objects.select_for_update(of=("self",)).filter(app=app, public_id=as_id(public_id), state=state).first()
    )
    if found is None:
        raise BindingNotFoundError
    return found


def as_id(text: str) -> str:
    """A UUID, or one that nobody has."""
    try:
        return str(uuid.UUID(text))
    except (ValueError, AttributeError, TypeError):
        return "00000000-0000-0000-0000-000000000000"


def hash_of(binding: Binding, code: str) -> bytes:
    return blind_index(f"{binding.public_id}|{code.strip()}", purpose="card.binding_code")


def lock_key(text: str) -> bytes:
    return blind_index(text, purpose="card.binding_lock")


def holder_key(app: Channel, holder: str) -> bytes:
    """Of one app: a thief of its key keeps nobody from adding the card in another."""
    return lock_key(f"holder|{app.key}|{holder}")


def holder_of(person_id: int | None, campus_no: str) -> str:
    """One person, whichever of his numbers is typed and however; of a number that nobody has, the number."""
    return f"person:{person_id}" if person_id is not None else f"number:{people.normalise_campus_no(campus_no)}"


def holder_keys(person_id: int) -> list[bytes]:
    return [holder_key(app, holder_of(person_id, "")) for app in app_bounds.apps()]


def check_locks(keys: list[bytes]) -> None:
    found = BindingLock.objects.filter(key__in=keys, locked_until__gt=now()).order_by("-locked_until").first()
    if found is not None and found.locked_until is not None:
        raise BindingLockedError(until=dates.time_words(found.locked_until))


def fail(keys: list[bytes], *, by: Actor, app: Channel, campus_no: str) -> NoReturn:
    """Counted in a transaction of its own before anything is said."""
    with transaction.atomic():
        app_bounds.count(by=by, app=app)
        BindingLock.objects.bulk_create([BindingLock(key=key) for key in keys], ignore_conflicts=True)
        moment, most = now(), 0
        for row in BindingLock.objects.select_for_update().filter(key__in=keys).order_by("key"):
            is_old = row.failed_at < moment - LOCK
            row.failures, row.failed_at = (1 if is_old else row.failures + 1), moment
            row.locked_until = moment + LOCK if row.failures >= MOST_FAILURES else None
            row.save()
            most = max(most, row.failures)
        facts = {"failures": most}
        audit.record(by=by, action="card.binding_failed", target=refused_number(campus_no), facts=facts)
    if most >= MOST_FAILURES:
        raise BindingLockedError(until=dates.time_words(moment + LOCK))
    raise IdentityDiffersError(left=MOST_FAILURES - most)


def unlock(*, by: Actor, person_id: int) -> bool:
    """By the holder, signed in: who tried did not get far, and the lock must not keep the owner out."""
    gone, _by_table = BindingLock.objects.filter(key__in=holder_keys(person_id)).delete()
    if gone:
        audit.record(by=by, action="card.unlock_binding", target=f"person:{person_id}")
    return bool(gone)


def is_locked(person_id: int) -> bool:
    return BindingLock.objects.filter(key__in=holder_keys(person_id), locked_until__gt=now()).exists()


def new_virtual_number() -> str:
    return "9" + "".join(secrets.choice("0123456789") for _place in range(15))


def masked_phone_of(binding: Binding, *, by: Actor) -> str:
    return mask_phone(people.phone_of(binding.person_id, by=by, purpose="电子校园卡绑定验证码"))
