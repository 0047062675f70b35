"""What the office tells people, by SMS or mail; each thing once (短信记录)."""

from django.db import IntegrityError, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.crypto import mask_phone
from nanhu.kernel.delivery.mails import send_mail
from nanhu.kernel.delivery.texts import send_text
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.models import Letter, OrderRow

BY = Actor.system("card.letters")


def tell(*, key: str, kind: str, person_id: int, text: str, row: OrderRow | None = None, subject: str = "") -> bool:
    """False where this was told before. By phone where there is one, else by mail, else only written down here."""
    phone = people.phone_of(person_id, by=BY, purpose="发送校园卡通知")
    person = people.person_card(person_id)
    email = person.email if person else ""
    channel = "sms" if phone else "mail" if email else "none"
    shown = mask_phone(phone) if phone else email
    if not is_new(
        Letter(key=key, kind=kind, channel=channel, person_id=person_id, row=row, to_masked=shown, text=text)
    ):
        return False
    if phone:
        send_text(phone=phone, text=text)
    elif email:
        send_mail(email=email, subject=subject or text[:30], text=text)
    return True


def tell_number(*, key: str, kind: str, phone: str, text: str, row: OrderRow | None) -> bool:
    """To a number that stands in the form: of somebody whose record has none."""
    if not is_new(Letter(key=key, kind=kind, channel="sms", row=row, to_masked=mask_phone(phone), text=text)):
        return False
    send_text(phone=phone, text=text)
    return True


def is_new(letter: Letter) -> bool:
    """Written down now; of two at once the database knows who was first."""
    try:
        with transaction.atomic():
            letter.save(force_insert=True)
    except IntegrityError:
        return False
    return True
