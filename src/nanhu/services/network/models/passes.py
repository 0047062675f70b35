"""Guest passes (访客上网): until which day a guest comes on line."""

from datetime import timedelta
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

LONGEST_DAYS: Final = 7


class GuestPass(models.Model):
    """That whoever vouches for a guest lets him on line for some days more; the first seven, from his registration, have no row."""

    campus_no = models.TextField(help_text="the guest number")
    starts_on = models.DateField()
    ends_on = models.DateField()
    created_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "network_guest_pass"
        indexes = [models.Index(fields=["campus_no", "-ends_on"], name="network_guest_pass_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), ends_on__lt=F("starts_on") + timedelta(days=LONGEST_DAYS)),
                name="network_guest_pass_is_a_week_at_most",
            )
        ]
