"""Tickets of CAS under way, and the grants that single logout walks back."""

from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import EncryptedTextField


class ServiceTicket(models.Model):
    """A CAS service ticket (服务票据) under way. Only its hash is kept; validation deletes the row, right or wrong.

    The table is UNLOGGED: a crash of the database empties it, which costs its owner one click and nobody any trust. Its
    keys are not checked by the database, which would lock (and write to the log) the rows they lead to.
    """

    ticket_hash = models.BinaryField(primary_key=True)
    application = models.ForeignKey(
        "identity.Application", on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    session = models.ForeignKey("identity.SsoSession", on_delete=models.CASCADE, related_name="+", db_constraint=False)
    service = models.TextField()
    is_primary = models.BooleanField()
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "identity_service_ticket"


class ProxyGrantingTicket(models.Model):
    """The right of an application to ask for proxy tickets (代理票据) in a person's name, until the session ends.

    Only the hash is kept. `chain` lists the call-back addresses it came through, newest first.
    """

    ticket_hash = models.BinaryField(unique=True)
    application = models.ForeignKey("identity.Application", on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey("identity.SsoSession", on_delete=models.CASCADE, related_name="+")
    chain: Any = models.JSONField()
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_proxy_granting_ticket"


class ProxyTicket(models.Model):
    """As a service ticket, asked for by an application instead of a browser. UNLOGGED as well."""

    ticket_hash = models.BinaryField(primary_key=True)
    granting = models.ForeignKey(ProxyGrantingTicket, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    application = models.ForeignKey(
        "identity.Application", on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    service = models.TextField()
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "identity_proxy_ticket"


@known(logout="identity_grant_logout_known")
class SsoGrant(models.Model):
    """That an application signed somebody in by a session of ours: what single logout walks back, whatever the protocol.

    `ticket` is what the application knows its session by (CAS: the ticket; OIDC: the sid; SAML: the SessionIndex).
    `notified` is what a protocol without an acknowledgement can say; `done` only where the application said so itself.
    While it waits to be told of the end, `logout_due_at` says when it is tried (again); a worker that takes it up moves
    the time on first, so that one that dies leaves it to the next.
    """

    class Logout(models.TextChoices):
        OPEN = "open", _("使用中")
        WAITING = "waiting", _("正在通知退出")
        NOTIFIED = "notified", _("已通知")
        DONE = "done", _("已退出")
        SILENT = "silent", _("不接收退出通知")
        UNREACHABLE = "unreachable", _("未能通知到")

    session = models.ForeignKey("identity.SsoSession", on_delete=models.PROTECT, related_name="grants")
    application = models.ForeignKey("identity.Application", on_delete=models.PROTECT, related_name="+")
    protocol = models.CharField(max_length=12, default="cas")
    service = models.TextField()
    user_name = models.CharField(max_length=40)
    facts: Any = models.JSONField(default=dict)
    ticket = EncryptedTextField(purpose="identity.sso_ticket")
    logout = models.CharField(max_length=12, choices=Logout, default=Logout.OPEN)
    logout_attempts = models.PositiveSmallIntegerField(default=0)
    logout_error = models.CharField(max_length=200, default="", blank=True)
    logout_requested_at = models.DateTimeField(null=True)
    logout_due_at = models.DateTimeField(null=True)
    logout_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_sso_grant"
        constraints = [
            models.CheckConstraint(
                condition=Q(logout="waiting", logout_due_at__isnull=False, logout_requested_at__isnull=False)
                | (~Q(logout="waiting") & Q(logout_due_at__isnull=True)),
                name="identity_grant_waiting_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["session"], name="identity_grant_open", condition=Q(logout__in=["open", "waiting"])),
            models.Index(fields=["session", "id"], name="identity_grant_session"),
            BrinIndex(fields=["created_at"], name="identity_grant_created"),
            models.Index(
                fields=["application", "logout_due_at"],
                name="identity_grant_due",
                condition=Q(logout_due_at__isnull=False),
            ),
        ]
