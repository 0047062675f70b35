"""Anonymous requests that nobody can lift: tokens signed blindly, spent without a session, replies sealed to a code.

What is missing here is the point: no audit line, no file of `kernel.files`, no counted number, no moment. See docs/rooms/requests.md.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from django.db import IntegrityError, transaction

from nanhu.kernel.clock import campus_today
from nanhu.kernel.files.kinds import checked
from nanhu.kernel.once import lock_key
from nanhu.platforms.campus import api as campus
from nanhu.services.requests import blind
from nanhu.services.requests.errors import SealedRequestError, TokenRefusedError, TokensUsedUpError
from nanhu.services.requests.models import AnonymousPhoto, Request, SealedReply, SpentToken, TokenIssue, TokenKey
from nanhu.services.requests.offices import due_of_complaint
from nanhu.services.requests.rules import TOKENS_A_TERM
from nanhu.services.requests.services.filing import against

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MIXED_FOR: Final = timedelta(days=31)
FIRST_HALF: Final = 7
"""In which months a year's first half is over, for days outside every term."""


def term_key() -> str:
    """Whose tokens hold today."""
    today = campus_today()
    term = campus.term_on(today)
    return term.key if term else f"{today.year}-{1 if today.month <= FIRST_HALF else 2}-0"


@transaction.atomic
def key_of_term() -> TokenKey:
    term = term_key()
    known = TokenKey.objects.filter(term=term).first()
    if known is not None:
        return known
    lock_key(f"requests.token_key:{term}")
    private = blind.new_key()
    made, _is_new = TokenKey.objects.get_or_create(
        term=term, defaults={"private": private, "modulus": blind.modulus_of(private)}
    )
    return made


def tokens_left(account_id: int) -> int:
    taken = TokenIssue.objects.filter(account_id=account_id, term=term_key()).first()
    return TOKENS_A_TERM - (taken.count if taken else 0)


@transaction.atomic
def issue(*, account_id: int, blinded: Sequence[bytes]) -> list[bytes]:
    """Signs what cannot be read, three a term. The row of account and term is locked: a hundred at once get three."""
    key = key_of_term()
    lock_key(f"requests.tokens:{key.term}:{account_id}")
    left = tokens_left(account_id)
    if not 0 < len(blinded) <= left:
        raise TokensUsedUpError
    private = blind.private_key(key.private)
    try:
        signed = [blind.blind_sign(private, one) for one in blinded]
    except blind.SigningError as error:
        raise SealedRequestError from error
    count = TOKENS_A_TERM - left + len(blinded)
    TokenIssue.objects.update_or_create(account_id=account_id, term=key.term, defaults={"count": count})
    return signed


@transaction.atomic
def file(
    *,
    kind: str,
    words: str,
    message: bytes,
    signature: bytes,
    reply_digest: bytes,
    reply_key: bytes,
    unit_id: int | None = None,
    accused_unit: int | None = None,
    accused_person: int | None = None,
    photos: Sequence[bytes] = (),
) -> Request:
    """For a token of this term that was not spent. It knows neither who sends it nor from where."""
    if len(message) != blind.MESSAGE or not blind.is_signed(key_of_term().modulus, message, signature):
        raise TokenRefusedError
    facts: dict[str, Any] = {"unit_id": unit_id}
    if kind == Request.Kind.COMPLAINT:
        facts = against(accused_unit, accused_person)
    made = Request(
        kind=kind,
        number=f"N{''.join(secrets.choice(LETTERS) for _place in range(9))}",
        words=words,
        is_anonymous=True,
        day=campus_today(),
        due_at=due_of_complaint(campus_today()),
        reply_digest=reply_digest,
        reply_key=reply_key,
        **facts,
    )
    try:
        with transaction.atomic():
            SpentToken.objects.create(digest=sha256(message).digest(), day=campus_today())
            made.save(force_insert=True)
    except IntegrityError as error:
        raise TokenRefusedError from error
    AnonymousPhoto.objects.bulk_create(
        AnonymousPhoto(request=made, content=checked(one, kinds={"jpeg", "png"})[1]) for one in photos
    )
    return made


def sealed_replies(digest: bytes) -> tuple[Request, list[SealedReply]] | None:
    found = Request.objects.filter(reply_digest=digest).first()
    return (found, list(found.replies.all())) if found else None


@transaction.atomic
def mix() -> int:
    """By night the rows of anonymous requests and of spent tokens are written anew in an order made by chance: the order of the
    table, and the number of the transaction that PostgreSQL keeps with each row, say nothing of the moment any more."""
    since = campus_today() - MIXED_FOR
    requests = shuffled(Request.objects.filter(is_anonymous=True, day__gte=since).values_list("pk", flat=True))
    for one in requests:
        Request.objects.filter(pk=one).update(is_anonymous=True)
        AnonymousPhoto.objects.filter(request_id=one).update(request_id=one)
    for digest in shuffled(SpentToken.objects.filter(day__gte=since).values_list("digest", flat=True)):
        SpentToken.objects.filter(digest=digest).update(digest=digest)
    return len(requests)


def shuffled(rows: Iterable[Any]) -> list[Any]:
    found = list(rows)
    secrets.SystemRandom().shuffle(found)
    return found
