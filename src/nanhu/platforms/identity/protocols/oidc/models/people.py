from typing import Any

from django.db import models
from django.db.models import Q

from nanhu.kernel.clock import now
from nanhu.platforms.identity.protocols.oidc.models.clients import OidcClient


class Consent(models.Model):
    """That a person allowed an application these scopes and single claims (授权). Withdrawn ones stay as history."""

    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(OidcClient, on_delete=models.PROTECT, related_name="+")
    scopes: Any = models.JSONField(default=list)
    claims: Any = models.JSONField(default=list)
    granted_at = models.DateTimeField(default=now)
    created_at = models.DateTimeField(default=now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_oidc_consent"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "client"], condition=Q(withdrawn_at=None), name="identity_oidc_consent_once"
            )
        ]


class PairwiseSubject(models.Model):
    """By what name one sector knows a person (假名). Written down, so that no key or rule ever changes or reuses it."""

    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    sector = models.CharField(max_length=255)
    subject = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_oidc_pairwise_subject"
        constraints = [
            models.UniqueConstraint(fields=["account", "sector"], name="identity_oidc_one_pseudonym"),
            models.UniqueConstraint(fields=["sector", "subject"], name="identity_oidc_pseudonym_once"),
        ]
