"""Anonymous requests that nobody can lift: tokens signed blindly, spent without a session, replies sealed to a code.

What is missing here is the point: no audit line, no file of `kernel.files`, no counted number, no moment. See docs/rooms/requests.md.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import F

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.values import run
from nanhu.kernel.files.kinds import checked
from nanhu.kernel.once import lock_key
from nanhu.kernel.private_numbers import has_phone
from nanhu.platforms.campus import api as campus
from nanhu.services.requests import blind, replies
from nanhu.services.requests.errors import (
    CrowdTooSmallError,
    NumberOfPersonError,
    SealedRequestError,
    TokenRefusedError,
    TokensUsedUpError,
)
from nanhu.services.requests.models import AnonymousPhoto, Request, SealedReply, SpentToken, TokenIssue, TokenKey
from nanhu.services.requests.offices import due_of_complaint
from nanhu.services.requests.rules import CROWD, TOKENS_A_TERM
from nanhu.services.requests.services.filing import against, give_to_receiver, number_by_chance, written_facts

MIX: Final = (Path(__file__).parent.parent / "sql" / "queries" / "mix.sql").read_text(encoding="utf-8")
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
    made, is_new = TokenKey.objects.get_or_create(
        term=term, defaults={"private": private, "modulus": blind.modulus_of(private)}
    )
    if is_new:
        target, facts = f"requests-key:{term}", {"sha256": digest_of(made.modulus)}
        audit.record(by=Actor.system("requests"), action="requests.open_token_key", target=target, facts=facts)
    return made


def digest_of(modulus: str) -> str:
    """What the page shows and the sealed audit log holds: whoever compares sees that all have the same key."""
    return sha256(modulus.encode()).hexdigest()


def crowd() -> int:
    """How many have taken tokens this term: among whom the author of an anonymous request is one."""
    return TokenIssue.objects.filter(term=term_key()).count()


def tokens_left(person_id: int) -> int:
    taken = TokenIssue.objects.filter(person_id=person_id, term=term_key()).first()
    return TOKENS_A_TERM - (taken.count if taken else 0)


@transaction.atomic
def issue(*, person_id: int, blinded: Sequence[bytes]) -> list[bytes]:
    """Signs what cannot be read, three a term. The row of person and term is locked: a hundred at once get three."""
    key = key_of_term()
    lock_key(f"requests.tokens:{key.term}:{person_id}")
    left = tokens_left(person_id)
    if not 0 < len(blinded) <= left:
        raise TokensUsedUpError
    private = blind.private_key(key.private)
    try:
        signed = [blind.blind_sign(private, one) for one in blinded]
    except blind.SigningError as error:
        raise SealedRequestError from error
    count = TOKENS_A_TERM - left + len(blinded)
    TokenIssue.objects.update_or_create(person_id=person_id, term=key.term, defaults={"count": count})
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
    unit: str = "",
    accused: str = "",
    photos: Sequence[bytes] = (),
) -> tuple[Request, bool]:
    """For a token of this term that was not spent; it knows neither who sends it nor from where. Sent again with the same reply code,
    since the answer was lost on its way: the request that stands, and False. Names are looked up for a good token alone."""
    if len(message) != blind.MESSAGE or not blind.is_signed(key_of_term().modulus, message, signature):
        raise TokenRefusedError
    token = sha256(message).digest()
    if SpentToken.objects.filter(digest=token).exists():
        return filed_before(reply_digest), False
    if crowd() < CROWD:
        raise CrowdTooSmallError(least=CROWD)
    if not replies.is_key(reply_key):
        raise SealedRequestError
    if kind != Request.Kind.COMPLAINT and has_phone(words):
        raise NumberOfPersonError
    facts = written_facts(kind=kind, words=words, unit=unit, accused=accused)
    if kind == Request.Kind.COMPLAINT:
        names = (facts["accused_unit"], facts["accused_person"], facts["accused_words"])
        facts = {"words": facts["words"]} | against(*names)
    made = Request(
        kind=kind,
        number=number_by_chance("N"),
        is_anonymous=True,
        day=campus_today(),
        due_at=due_of_complaint(campus_today()),
        reply_digest=reply_digest,
        reply_key=reply_key,
        **facts,
    )
    try:
        with transaction.atomic():
            SpentToken.objects.create(digest=token, day=campus_today())
            made.save(force_insert=True)
    except IntegrityError:
        if not SpentToken.objects.filter(digest=token).exists():
            raise TokenRefusedError from None
        return filed_before(reply_digest), False
    if made.kind == Request.Kind.COMPLAINT:
        give_to_receiver(made)
    AnonymousPhoto.objects.bulk_create(
        AnonymousPhoto(request=made, place=place, content=checked(one, kinds={"jpeg", "png"})[1])
        for place, one in enumerate(photos)
    )
    return made, True


def filed_before(reply_digest: bytes) -> Request:
    """By this reply code, which its author alone has."""
    found = Request.objects.filter(reply_digest=reply_digest).first()
    if found is None:
        raise TokenRefusedError
    return found


def sealed_replies(digest: bytes) -> tuple[Request, list[SealedReply]] | None:
    found = Request.objects.filter(reply_digest=digest).first()
    return (found, list(found.replies.all())) if found else None


@transaction.atomic
def mix() -> int:
    """By night the rows of anonymous requests, of tokens taken and of tokens spent are written anew in an order made by chance: the
    order of the tables, and the number of the transaction that PostgreSQL keeps with each row, say nothing of the moment any more."""
    rows = Request.objects.filter(is_anonymous=True, day__gte=campus_today() - MIXED_FOR).order_by("pk")
    requests = shuffled(rows.select_for_update().values_list("pk", flat=True))
    for one in requests:
        Request.objects.filter(pk=one).update(is_anonymous=True)
    for model in (AnonymousPhoto, SealedReply):
        for pk in shuffled(model.objects.filter(request__in=requests).values_list("pk", flat=True)):
            model.objects.filter(pk=pk).update(place=F("place"))
    TokenIssue.objects.exclude(term=key_of_term().term).delete()
    run(MIX)
    return len(requests)


def shuffled(rows: Iterable[Any]) -> list[Any]:
    found = list(rows)
    secrets.SystemRandom().shuffle(found)
    return found
