from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now


@known(kind="identity_guests_kind_known")
class Sponsorship(models.Model):
    """That a member of staff vouches for a guest until a day. History stays; a new day is a change of the same row."""

    class Kind(models.TextChoices):
        VISITOR = "visitor", _("访客")
        PARENT = "parent", _("家长")
        PARTNER = "partner", _("合作单位")
        ALUMNUS = "alumnus", _("校友")

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    sponsor = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    guest = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    campus_no = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    reason = models.CharField(max_length=200)
    ends_on = models.DateField()
    invited_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_guests_sponsorship"
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="identity_guests_has_a_reason"),
        ]
        indexes = [
            models.Index(fields=["sponsor", "-created_at"], name="identity_guests_sponsor"),
            models.Index(fields=["guest"], name="identity_guests_guest", condition=Q(ended_at=None)),
        ]
