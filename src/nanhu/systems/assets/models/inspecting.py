"""Periodic inspections (定期检验): what a thing is looked at for from time to time, and each time it was."""

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.systems.assets.models.things import Asset


class Inspection(models.Model):
    """One kind of it on one thing, until it is ended; `due_on` is by when the next one has to be done."""

    what: ClassVar[Text] = _("这项检验")

    class Kind(models.TextChoices):
        SAFETY = "safety", _("特种设备检验")
        METROLOGY = "metrology", _("计量检定")
        CALIBRATION = "calibration", _("校准")
        UPKEEP = "upkeep", _("定期保养")

    public_id = models.UUIDField(default=uuid4, unique=True)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="inspections")
    kind = models.TextField(choices=Kind)
    every_months = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(default="", blank=True)

    class Meta:
        db_table = "assets_inspection"
        indexes = [models.Index(fields=["due_on"], name="assets_inspection_due", condition=Q(ended_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "kind"], condition=Q(ended_at=None), name="assets_inspection_one_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(every_months__range=(1, 120), kind__in=["safety", "metrology", "calibration", "upkeep"])
                & (Q(ended_at=None, end_reason="") | Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="assets_inspection_says_what",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @staticmethod
    def living() -> QuerySet[Any]:
        """Those that go on, with when each was done last (`last_on`) and what came of it (`result`)."""
        last = InspectionRecord.objects.filter(inspection=OuterRef("pk")).order_by("-done_on", "-pk")
        return Inspection.objects.filter(ended_at=None).annotate(
            last_on=Subquery(last.values("done_on")[:1]), result=Subquery(last.values("result")[:1])
        )


class InspectionRecord(models.Model):
    """One that was done; never changed. `due_on`: by when the next one has to be done, as it stood from then on."""

    class Result(models.TextChoices):
        PASSED = "passed", _("合格")
        FAILED = "failed", _("不合格")

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="records")
    done_on = models.DateField()
    result = models.TextField(choices=Result)
    inspector = models.TextField(help_text="who looked at it: a company, an institute, a person")
    certificate = models.TextField(default="", blank=True)
    due_on = models.DateField()
    by_name = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "assets_inspection_record"
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "done_on", "result"], name="assets_inspection_record_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(result="failed") | Q(result="passed", due_on__gt=F("done_on")),
                name="assets_inspection_record_says_what",
            ),
            models.CheckConstraint(condition=~Q(inspector=""), name="assets_inspection_record_by_whom"),
        ]
