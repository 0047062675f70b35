from django.db import models

from nanhu.kernel.clock import now


class RadiusClient(models.Model):
    """A RADIUS server (or one virtual server of it) that asks in the name of an application ("校园 Wi-Fi", "VPN")."""

    application = models.OneToOneField("identity.Application", on_delete=models.PROTECT, related_name="+")
    key_hash = models.BinaryField(unique=True, max_length=32)
    former_key_hash = models.BinaryField(null=True, max_length=32)
    former_key_until = models.DateTimeField(null=True)
    session_seconds = models.PositiveIntegerField(default=8 * 3600)
    is_enabled = models.BooleanField(default=True)
    last_asked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_radius_client"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(session_seconds__range=(60, 7 * 24 * 3600)), name="identity_radius_session_length"
            )
        ]
