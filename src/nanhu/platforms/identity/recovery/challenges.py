"""Challenges (人机验证): asked only where failures have closed a gate; whoever solves one need not wait.

Two ways, either is enough: work that the browser does by itself (nobody need see anything), or a picture for a browser
without script. A challenge is for one subject, works once and for three minutes; one wrong answer spends it too.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from uuid import UUID

from django.http import HttpRequest

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.models import Throttle
from nanhu.kernel.throttle import Gate, network_of
from nanhu.platforms.identity.recovery.models import Challenge
from nanhu.platforms.identity.recovery.rules import challenge_bits, is_work_done
from nanhu.platforms.identity.services.limits import SOLVED, SOLVED_ADDRESS

LIFE = timedelta(minutes=3)
ALPHABET = "2345678ACEFHJKMNPRTWXY"
LETTERS = 5
EASY_FAILURES = 10
EASY_FAILURES_OF_MANY = 200
PICTURES_UP_TO = 50
"""From so many failures behind solved challenges on, a picture (which programs read) does not help any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a form brought back: which challenge, the nonce of the work, the letters of the picture."""

    public_id: str = ""
    work: str = ""
    letters: str = ""


def answer_in(request: HttpRequest) -> Answer:
    posted = request.POST
    return Answer(
        public_id=posted.get("challenge", "")[:40],
        work=posted.get("challenge_work", "")[:40],
        letters=posted.get("challenge_letters", "")[:20],
    )


def fingerprint_of(subject: str) -> bytes:
    return blind_index(subject, purpose="identity.challenge_subject")


def is_wanted(gates: Sequence[Gate]) -> bool:
    """Is one of the gates closed now, so that the next attempt would have to wait?"""
    keys = [gate.key for gate in gates]
    return Throttle.objects.filter(key__in=keys, blocked_until__gt=now()).exists()


def issue(*, subject: str, address: str = "") -> Challenge:
    """Dearer with each failure behind solved challenges of this subject, and of this network."""
    failures = failures_at(Gate(SOLVED, subject))
    shared = failures_at(Gate(SOLVED_ADDRESS, network_of(address)))
    base = configuration().challenge_bits
    return Challenge.objects.create(
        subject=fingerprint_of(subject),
        seed=secrets.token_hex(16),
        bits=max(
            challenge_bits(base=base, failures=failures, free=EASY_FAILURES),
            challenge_bits(base=base, failures=shared, free=EASY_FAILURES_OF_MANY),
        ),
        answer_hash=None if failures < PICTURES_UP_TO else b"",
        expires_at=now() + LIFE,
    )


def failures_at(gate: Gate) -> float:
    row = Throttle.objects.filter(key=gate.key, last_failed_at__gt=now() - gate.limit.memory).first()
    return row.failures if row else 0.0


def has_picture(challenge: Challenge) -> bool:
    return challenge.answer_hash is None or bytes(challenge.answer_hash) != b""


def letters_for(challenge_id: UUID) -> str | None:
    """New letters for the picture of a living challenge; those before are void. None: there is no such picture."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    living = Challenge.objects.filter(pk=challenge_id, used_at=None, expires_at__gt=now()).exclude(answer_hash=b"")
    return letters if living.update(answer_hash=letters_hash(challenge_id, letters)) == 1 else None


def letters_hash(challenge_id: UUID, letters: str) -> bytes:
    return blind_index(f"{challenge_id}|{letters.strip().upper()}", purpose="identity.challenge_answer")


def is_solved(answer: Answer, *, subject: str) -> bool:
    """Spend the challenge, then look at the answer: of two that come with the same one, one is heard."""
    try:
        challenge_id = UUID(answer.public_id)
    except ValueError:
        return False
    moment = now()
    mine = Challenge.objects.filter(
        pk=challenge_id, subject=fingerprint_of(subject), used_at=None, expires_at__gt=moment
    )
    if mine.update(used_at=moment) != 1:
        return False
    challenge = Challenge.objects.get(pk=challenge_id)
    if is_work_done(seed=challenge.seed, nonce=answer.work, bits=challenge.bits):
        return True
    kept = bytes(challenge.answer_hash or b"")
    return bool(kept) and compare_digest(kept, letters_hash(challenge_id, answer.letters))
