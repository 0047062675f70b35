"""Security questions as the way to a new password (密保): all three right, and only after name and full document number.

Who does not exist, or typed something that does not fit, is asked three questions as well: the same three every time.
"""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import override

from nanhu.kernel import audit, registry, throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.throttle import Gate
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity.forms import OWN_QUESTION, QUESTIONS
from nanhu.platforms.identity.models import RoleGrant, SecurityQuestion
from nanhu.platforms.identity.recovery import attempts
from nanhu.platforms.identity.recovery.errors import AnswersRefusedError
from nanhu.platforms.identity.recovery.models import Attempt
from nanhu.platforms.identity.rules import QUESTIONS_NEEDED, normalise_answer
from nanhu.platforms.identity.services import limits
from nanhu.platforms.identity.services.sign_in import NOBODY

HOW = "questions"


def questions_of(attempt: Attempt) -> list[SecurityQuestion]:
    """The three of the account; an empty list for everybody who cannot use them."""
    held = list(SecurityQuestion.objects.filter(account_id=attempt.account_id or NOBODY).order_by("position"))
    return held if len(held) == QUESTIONS_NEEDED else []


def texts_for(attempt: Attempt) -> list[str]:
    return [shown(one.question) for one in questions_of(attempt)] or decoys(bytes(attempt.subject))


def decoys(subject: bytes) -> list[str]:
    """Three of the catalogue, fixed by a keyed hash of what was typed."""
    texts = [str(text) for key, text in QUESTIONS if key not in {"", OWN_QUESTION}]
    dice = blind_index(subject.hex(), purpose="identity.decoy_questions")
    return [texts.pop(dice[place] % len(texts)) for place in range(QUESTIONS_NEEDED)]


def shown(question: str) -> str:
    """A question of the catalogue in today's language, one's own as it was written."""
    for language, _name in settings.LANGUAGES:
        with override(language):
            known = {str(text): key for key, text in QUESTIONS}
        if question in known:
            return str(dict(QUESTIONS)[known[question]])
    return question


@hashing.turn()
def prove(*, by: Actor, attempt: Attempt, answers: Sequence[str]) -> None:
    """All three hashes are run whatever is wrong. Failures close this way alone, never the sign-in."""
    claimed = Gate(limits.QUESTIONS, bytes(attempt.subject).hex())
    throttle.admit([claimed])
    held = questions_of(attempt)
    hashes = [one.answer_hash for one in held] or [""] * QUESTIONS_NEEDED
    fitting = [hashing.verify(normalise_answer(answer), kept) for answer, kept in zip(answers, hashes, strict=True)]
    is_administrator = holds_administrative_role(attempt)
    if not all(fitting) or is_administrator:
        audit.record(by=by, action="identity.answers_refused", target=f"recovery:{bytes(attempt.subject).hex()[:16]}")
        raise AnswersRefusedError
    attempts.mark_proved(by=by, attempt=attempt, how=HOW)
    throttle.forgive([claimed])


def holds_administrative_role(attempt: Attempt) -> bool:
    """What three answers protect is too little for who rules over others' accounts."""
    held = set(
        RoleGrant.objects.filter(account_id=attempt.account_id or NOBODY, revoked_at=None).values_list(
            "role", flat=True
        )
    )
    return any(role.is_administrative for role in registry.roles if role.key in held)
