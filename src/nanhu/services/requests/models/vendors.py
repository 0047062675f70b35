"""What the system of a company that does repairs (外包单位) said of a job."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from nanhu.platforms.openapi.api import ApiKey, Vendor


class VendorJob(models.Model):
    """The last word of a vendor's key on one job, by its sequence: another key counts anew, so that a stolen one leads nowhere once it is taken
    back. In the sandbox the job itself, which is nobody's repair and any key's."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(ApiKey, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.TextField(help_text="of the request; SANDBOX-1")
    is_sandbox = models.BooleanField(default=False)
    state = models.TextField(default="", blank=True, help_text="of a job of the sandbox")
    sequence = models.BigIntegerField(default=-1, help_text="-1: it has said nothing yet")
    digest = models.TextField(default="", blank=True)
    said_at = models.DateTimeField(null=True, help_text="of which moment, as it said, never ahead of our clock")
    pushed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "requests_vendor_job"
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "number", "key"], nulls_distinct=False, name="requests_vendor_job_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    is_sandbox=True,
                    key=None,
                    number__startswith="SANDBOX-",
                    state__in=["assigned", "working", "waiting", "done"],
                )
                | (Q(is_sandbox=False, key__isnull=False, state="") & ~Q(number__startswith="SANDBOX-")),
                name="requests_vendor_job_is_one_or_a_try",
            ),
        ]
