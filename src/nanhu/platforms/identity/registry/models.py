from django.db import models
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now
from nanhu.kernel.outgoing_words import in_words


@known(state="identity_health_state_known")
class Health(models.Model):
    """How an application is now (健康): what the last look at it said, and since when it has said so."""

    class State(models.TextChoices):
        UP = "up", _("正常")
        SLOW = "slow", _("缓慢")
        DOWN = "down", _("无法访问")

    application = models.OneToOneField(
        "identity.Application", on_delete=models.CASCADE, primary_key=True, related_name="health"
    )
    state = models.CharField(max_length=8, choices=State)
    since = models.DateTimeField(default=now)
    checked_at = models.DateTimeField(default=now)
    milliseconds = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200, default="", blank=True)
    failures = models.PositiveSmallIntegerField(default=0)  # looks in a row that found it down
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_health"

    @property
    def shown_error(self) -> str:
        return in_words(self.error)


@known(state="identity_health_look_state_known")
class HealthLook(models.Model):
    """One look at an application; kept for a week."""

    application = models.ForeignKey("identity.Application", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=Health.State)
    milliseconds = models.PositiveIntegerField()
    error = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        db_table = "identity_health_look"
        indexes = [models.Index(fields=["application", "-created_at"], name="identity_health_look_of")]
