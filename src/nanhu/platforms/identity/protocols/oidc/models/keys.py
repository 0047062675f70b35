from typing import Any

from django.db import models
from django.db.models import Q

from nanhu.kernel.clock import now
from nanhu.kernel.crypto import EncryptedTextField


class SigningKey(models.Model):
    """An RS256 key. `next` is published before it signs, `current` signs, `retired` only verifies and has lost its half.

    A distrusted key verifies nothing any more and is published nowhere.
    """

    class State(models.TextChoices):
        NEXT = "next"
        CURRENT = "current"
        RETIRED = "retired"

    kid = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=8, choices=State)
    public_jwk: Any = models.JSONField()
    private_jwk = EncryptedTextField(purpose="identity.oidc_signing_key", null=True)
    created_at = models.DateTimeField(default=now)
    activated_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    distrusted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_oidc_signing_key"
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="current"), name="identity_oidc_one_current_key"
            ),
            models.UniqueConstraint(fields=["state"], condition=Q(state="next"), name="identity_oidc_one_next_key"),
            models.CheckConstraint(
                condition=Q(state__in=["next", "current"], private_jwk__isnull=False, distrusted_at=None)
                | Q(state="retired", private_jwk__isnull=True),
                name="identity_oidc_key_keeps_its_half",
            ),
        ]
