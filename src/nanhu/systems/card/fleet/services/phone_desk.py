"""Loss by telephone: the desk types what the caller answers, the program compares. The desk sees no answer."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.http import Http404

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.once import lock_key
from nanhu.platforms.people import api as people
from nanhu.systems.card.fleet.errors import AnswersDoNotFitError, TooManyAttemptsError
from nanhu.systems.card.fleet.models import DeskAttempt
from nanhu.systems.card.models import Card, LossReport
from nanhu.systems.card.queries import card_of
from nanhu.systems.card.services.issue import refused_number
from nanhu.systems.card.services.loss import report_lost

MOST_ATTEMPTS = 5
WINDOW = timedelta(hours=1)
NEEDED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the caller said; the name always, of the others at least two. An empty one was not asked."""

    campus_no: str
    name: str
    id_tail: str = ""
    phone: str = ""
    card_tail: str = ""


def report_by_phone(*, by: Actor, answers: Answers, reason: str) -> Card:
    """One person at a time, however the number is typed: desks that type at once count each other's attempts, and a refused one
    stays counted, with its line in the log."""
    if by.account_id is None:
        raise Http404
    with transaction.atomic():
        person_id = people.find_person_by_campus_no(answers.campus_no)
        subject = f"person:{person_id}" if person_id is not None else refused_number(answers.campus_no)
        lock_key(f"card.phone_desk:{subject}")
        attempts = DeskAttempt.objects.filter(subject=subject, at__gt=now() - WINDOW).count()
        if attempts < MOST_ATTEMPTS:
            card = card_of(person_id)
            right = right_answers(person_id, card, answers)
            if card is not None and len(right) >= NEEDED:
                return report_lost(by=by, card=card, reason=reason, way=LossReport.Way.PHONE, proof=", ".join(right))
            DeskAttempt.objects.create(subject=subject, clerk_id=by.account_id)
        is_closed = attempts >= MOST_ATTEMPTS
        audit.record(
            by=by, action="card.refuse_by_phone", target=subject, reason=reason, facts={"is_closed": is_closed}
        )
    raise TooManyAttemptsError if is_closed else AnswersDoNotFitError


def right_answers(person_id: int | None, card: Card | None, answers: Answers) -> list[str]:
    """The names of the proofs that hold; none where one given does not."""
    person = people.person_card(person_id) if person_id is not None else None
    if person_id is None or person is None or card is None:
        return []
    if people.normalise_name(answers.name) != people.normalise_name(person.name):
        return []
    fits = {
        "id_tail": people.matches_id_tail(person_id=person_id, tail=answers.id_tail),
        "phone": people.matches_phone(person_id=person_id, phone=answers.phone),
        "card_tail": card.number.endswith(answers.card_tail),
    }
    asked = sorted(name for name in fits if getattr(answers, name))
    return asked if all(fits[name] for name in asked) else []
