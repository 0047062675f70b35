from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.people.models.golden import Affiliation, Person


class Override(models.Model):
    """A value that stands for a time in place of what its source says, which cannot mend it yet (临时更正). The stamp of the value
    names it, and keeps what the source says meanwhile."""

    class Field(models.TextChoices):
        NAME = "name", _("姓名")
        UNIT = "unit_id", _("单位")

    class Ending(models.TextChoices):
        FOLLOWED = "followed", _("来源已改过来")
        OVER = "over", _("到期")
        LIFTED = "lifted", _("提前结束")
        REPLACED = "replaced", _("另定了一次")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    affiliation = models.ForeignKey(Affiliation, null=True, on_delete=models.PROTECT, related_name="+")
    field = models.TextField(choices=Field)
    until = models.DateField(help_text="its last day")
    reason = models.TextField()
    by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ending = models.TextField(choices=Ending, default="", blank=True)

    class Meta:
        db_table = "people_override"
        constraints = [
            models.CheckConstraint(
                condition=Q(field="name", affiliation=None) | Q(field="unit_id", affiliation__isnull=False),
                name="people_override_of_what",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="")
                | Q(ended_at__isnull=False, ending__in=["followed", "over", "lifted", "replaced"]),
                name="people_override_ended_how",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="people_override_says_why"),
            models.UniqueConstraint(
                fields=["person", "field"],
                condition=Q(ended_at=None, affiliation=None),
                name="people_override_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["affiliation", "field"], condition=Q(ended_at=None), name="people_override_once_a_tie"
            ),
        ]
        indexes = [models.Index(fields=["until"], condition=Q(ended_at=None), name="people_override_running")]
