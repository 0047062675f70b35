"""What stands behind an anonymous request: the term's key, how many tokens each person took, which tokens were spent, sealed replies.

No row here or of the request names the other side: who took tokens (person, term, count) and which were spent (digest, day) share
no value, and a blind signature ties neither to the other (RFC 9474). No key is counted: it would keep the order in which rows came.
"""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.services.requests.models.requests import Request
from nanhu.services.requests.rules import TOKENS_A_TERM


class TokenKey(models.Model):
    """The RSA key that signs a term's tokens; a token of another term fits another key. A trigger keeps term and modulus: one key a
    term, the same for everybody, is what makes tokens alike."""

    term = models.TextField(primary_key=True)
    private = EncryptedTextField[str, str](purpose="requests.token_key", help_text="PKCS #8, PEM")
    modulus = models.TextField(help_text="hexadecimal; the exponent is 65537")

    class Meta:
        db_table = "requests_token_key"


class TokenIssue(models.Model):
    """Without a time and without a number of its own: they would be the only ones beside the person."""

    pk = models.CompositePrimaryKey("person_id", "term")
    person_id = models.BigIntegerField()
    term = models.TextField()
    count = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "requests_token_issue"
        constraints = [
            models.CheckConstraint(condition=Q(count__range=(1, TOKENS_A_TERM)), name="requests_token_issue_most"),
        ]


class SpentToken(models.Model):
    """A blind token that was spent, so that nobody spends it twice: its digest and a day, no person."""

    digest = models.BinaryField(primary_key=True, help_text="SHA-256 of the token's message")
    day = models.DateField()

    class Meta:
        db_table = "requests_spent_token"


class SealedReply(models.Model):
    """Read by whoever holds the reply code: the office's answer, sealed to the request's public key."""

    public_id = models.UUIDField(primary_key=True, default=uuid4)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="replies")
    place = models.PositiveSmallIntegerField(help_text="among those of its request")
    day = models.DateField()
    content = models.BinaryField()

    class Meta:
        db_table = "requests_sealed_reply"
        ordering = ("place",)


class AnonymousPhoto(models.Model):
    """Pixels alone, made anew. Not in `kernel.files`, which notes when and by whom a file came."""

    public_id = models.UUIDField(primary_key=True, default=uuid4)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="anonymous_photos")
    place = models.PositiveSmallIntegerField(help_text="among those of its request")
    content = models.BinaryField()

    class Meta:
        db_table = "requests_anonymous_photo"
        ordering = ("place",)
