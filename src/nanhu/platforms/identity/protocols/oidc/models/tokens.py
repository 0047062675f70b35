from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q

from nanhu.kernel.clock import now
from nanhu.platforms.identity.protocols.oidc.models.clients import OidcClient


class PendingRequest(models.Model):
    """An authorization request that waits for its person: signing in, choosing, consenting. UNLOGGED, gone when answered.

    `created_at` is when it was asked: what counts as "again" (prompt, max_age) must be newer.
    """

    token_hash = models.BinaryField(primary_key=True)
    query = models.TextField()
    chosen_session = models.ForeignKey("identity.SsoSession", null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        db_table = "identity_oidc_pending"


class AuthorizationCode(models.Model):
    """A code under way, kept as a hash. UNLOGGED. The spent row stays a day, so that a second use is known for what it is.

    `family_key` names the family its tokens will belong to.
    """

    code_hash = models.BinaryField(primary_key=True)
    client = models.ForeignKey(OidcClient, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey("identity.SsoSession", on_delete=models.CASCADE, related_name="+")
    family_key = models.UUIDField(default=uuid4)
    redirect_uri = models.TextField()
    scopes: Any = models.JSONField(default=list)
    claims: Any = models.JSONField(default=dict)
    nonce = models.TextField(default="", blank=True)
    challenge = models.CharField(max_length=128, default="", blank=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_oidc_code"


class TokenFamily(models.Model):
    """All tokens that came of one authorization. They live and die together: revoking it revokes them all.

    A family without an account belongs to a machine. One that is not offline ends with its session.
    """

    key = models.UUIDField(default=uuid4, unique=True)
    client = models.ForeignKey(OidcClient, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey("identity.SsoSession", null=True, on_delete=models.PROTECT, related_name="+")
    is_offline = models.BooleanField(default=False)
    subject = models.CharField(max_length=255)
    sid = models.CharField(max_length=80, default="", blank=True)
    campus_no = models.CharField(max_length=40, default="", blank=True)
    scopes: Any = models.JSONField(default=list)
    claims: Any = models.JSONField(default=dict)
    acr = models.CharField(max_length=100, default="", blank=True)
    amr: Any = models.JSONField(default=list)
    authenticated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.CharField(max_length=24, default="", blank=True)

    class Meta:
        db_table = "identity_oidc_family"
        constraints = [
            models.CheckConstraint(
                condition=Q(account=None, session=None, is_offline=False)
                | Q(account__isnull=False, session__isnull=False),
                name="identity_oidc_family_of_somebody",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_why="") | (Q(revoked_at__isnull=False) & ~Q(revoked_why="")),
                name="identity_oidc_revoked_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "client"], name="identity_oidc_family_live", condition=Q(revoked_at=None))
        ]


class AccessToken(models.Model):
    """An opaque access token, kept as a hash. UNLOGGED: losing them in a crash costs each client one refresh."""

    token_hash = models.BinaryField(primary_key=True)
    family = models.ForeignKey(TokenFamily, on_delete=models.CASCADE, related_name="+")
    scopes: Any = models.JSONField(default=list)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "identity_oidc_access_token"


class RefreshToken(models.Model):
    """One link of a family's chain. The used ones stay as long as the family: whoever brings one again is a thief, or
    was robbed.
    """

    token_hash = models.BinaryField(primary_key=True)
    family = models.ForeignKey(TokenFamily, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_oidc_refresh_token"


class SeenAssertion(models.Model):
    """The `jti` of a client's signed assertion: each is good once, also after a crash: this table is durable."""

    jti_hash = models.BinaryField(primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "identity_oidc_seen_assertion"
