from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.proposals import TAKEN_BACK, Event, Proposal, proposal_constraints
from nanhu.kernel.ui import words
from nanhu.platforms.datahub.shared.declarations import shared_tables


class Grant(Proposal):
    """Which fields and rows of a shared table a vendor's programs may read (授权), what for, on what ground and until when. One
    asks, another agrees; one grant of a table holds for a vendor at a time."""

    what = _("这份授权")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        AGREED = "agreed", _("有效")
        REFUSED = "refused", _("未同意")
        TAKEN_BACK = TAKEN_BACK, _("已撤回")
        ENDED = "ended", _("已终止")

    class Basis(models.TextChoices):
        """PIPL, article 13."""

        CONSENT = "consent", _("本人同意")
        CONTRACT = "contract", _("订立、履行合同或人事管理所必需")
        DUTY = "duty", _("履行法定职责或法定义务所必需")
        EMERGENCY = "emergency", _("应对突发公共卫生事件或紧急情况")
        NOT_PERSONAL = "not_personal", _("不含个人信息")

    state = models.TextField(choices=State, default=State.ASKED)
    vendor = models.ForeignKey("openapi.Vendor", on_delete=models.PROTECT, related_name="+")
    table_key = models.TextField()
    fields = ArrayField(models.TextField())
    only: Any = models.JSONField(default=dict, help_text="of an open field the values that a row may have")
    purpose = models.TextField()
    basis = models.TextField(choices=Basis)
    expires_on = models.DateField()

    @classmethod
    def in_effect(cls) -> "models.QuerySet[Grant]":
        return cls.objects.filter(state=cls.State.AGREED, expires_on__gte=campus_today())

    class Meta:
        db_table = "datahub_grant"
        constraints = [
            *proposal_constraints(
                "datahub_grant", undecided=["asked"], decided=["agreed", "refused", "ended"], can_be_taken_back=True
            ),
            models.CheckConstraint(condition=~Q(purpose="") & Q(fields__len__gt=0), name="datahub_grant_is_said"),
            models.UniqueConstraint(
                fields=["vendor", "table_key"], condition=Q(state="agreed"), name="datahub_grant_one_holds"
            ),
            models.UniqueConstraint(
                fields=["vendor", "table_key"], condition=Q(state="asked"), name="datahub_grant_one_waits"
            ),
        ]

    def __str__(self) -> str:
        table = shared_tables().get(self.table_key)
        return f"{self.vendor.company} · {words.term(table.name) if table else self.table_key}"

    @property
    def history(self) -> list[Event]:
        first, *rest = super().history
        return [Event(first.what, first.who, first.at, self.purpose), *rest]


class Delivery(models.Model):
    """How often a person's rows went out by a grant on a day: what 谁看过我 and the lineage page tell."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="deliveries")
    campus_no = models.TextField()
    day = models.DateField()
    times = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        db_table = "datahub_delivery"
        constraints = [models.UniqueConstraint(fields=["campus_no", "grant", "day"], name="datahub_delivery_once")]
        indexes = [models.Index(fields=["grant", "day"], name="datahub_delivery_grant")]
