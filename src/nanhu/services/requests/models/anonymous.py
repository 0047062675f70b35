"""What stands behind an anonymous request: the term's key, how many tokens each account took, which tokens were spent, sealed replies.

No row here or of the request names the other side: who took tokens (account, term, count) and which were spent (digest, day) share
no value, and a blind signature ties neither to the other (RFC 9474).
"""

from django.db import models
from django.db.models import Q

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.services.requests.models.requests import Request
from nanhu.services.requests.rules import TOKENS_A_TERM


class TokenKey(models.Model):
    """The RSA key that signs a term's tokens; a token of another term fits another key."""

    term = models.TextField(primary_key=True)
    private = EncryptedTextField[str, str](purpose="requests.token_key", help_text="PKCS #8, PEM")
    modulus = models.TextField(help_text="hexadecimal; the exponent is 65537")

    class Meta:
        db_table = "requests_token_key"


class TokenIssue(models.Model):
    """Without a time: it would be the only one beside the account."""

    account_id = models.BigIntegerField()
    term = models.TextField()
    count = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "requests_token_issue"
        constraints = [
            models.UniqueConstraint(fields=["account_id", "term"], name="requests_token_issue_once"),
            models.CheckConstraint(condition=Q(count__range=(1, TOKENS_A_TERM)), name="requests_token_issue_most"),
        ]


class SpentToken(models.Model):
    digest = models.BinaryField(primary_key=True, help_text="SHA-256 of the token's message")
    day = models.DateField()

    class Meta:
        db_table = "requests_spent_token"


class SealedReply(models.Model):
    """Read by whoever holds the reply code: the office's answer, sealed to the request's public key."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="replies")
    day = models.DateField()
    content = models.BinaryField()

    class Meta:
        db_table = "requests_sealed_reply"
        ordering = ("day", "id")


class AnonymousPhoto(models.Model):
    """Pixels alone, made anew. Not in `kernel.files`, which notes when and by whom a file came."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="anonymous_photos")
    content = models.BinaryField()

    class Meta:
        db_table = "requests_anonymous_photo"
