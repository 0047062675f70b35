from django.db import models
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now


@known(service="identity_radius_service")
class RadiusClient(models.Model):
    """A program that checks passwords in the name of an application: a RADIUS server ("校园 Wi-Fi", "VPN"), a mail server.

    `service` says which app passwords open it, besides the person's own password.
    """

    class Service(models.TextChoices):
        NETWORK = "network", _("无线网、VPN（FreeRADIUS）")
        MAIL = "mail", _("邮件（Dovecot）")

    application = models.OneToOneField("identity.Application", on_delete=models.PROTECT, related_name="+")
    service = models.CharField(max_length=12, choices=Service, default=Service.NETWORK)
    key_hash = models.BinaryField(unique=True, max_length=32)
    former_key_hash = models.BinaryField(null=True, max_length=32)
    former_key_until = models.DateTimeField(null=True)
    session_seconds = models.PositiveIntegerField(default=8 * 3600)
    is_enabled = models.BooleanField(default=True)
    last_request_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_radius_client"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(session_seconds__range=(60, 7 * 24 * 3600)), name="identity_radius_session_length"
            ),
        ]
