"""Topics of public opinion (舆情专题): what several reports are about, how grave it is, what was done."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Topic(models.Model):
    """A matter of public opinion (舆情): requests that were merged, what is done about it, for two posts alone."""

    class Severity(models.IntegerChoices):
        MINOR = 1, _("一级（一般）")
        NOTABLE = 2, _("二级（较大）")
        SERIOUS = 3, _("三级（重大）")
        GRAVE = 4, _("四级（特别重大）")

    what = _("这个专题")
    public_id = models.UUIDField(default=uuid4, unique=True)
    title = models.TextField()
    severity = models.PositiveSmallIntegerField(choices=Severity)
    created_at = models.DateTimeField(default=timezone.now)
    closed_on = models.DateField(null=True)

    class Meta:
        db_table = "requests_topic"
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & Q(severity__range=(1, 4)), name="requests_topic_is_graded")
        ]

    def __str__(self) -> str:
        return self.title


class TopicEntry(models.Model):
    """What was done about it."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField(default=timezone.now)
    who = models.TextField()
    words = models.TextField()

    class Meta:
        db_table = "requests_topic_entry"
        ordering = ("at", "id")
