"""What happens to a thing between receipt and disposal: each movement, hand-over, transfer and repair."""

from collections.abc import Collection
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.proposals import Event, proposal_constraints
from nanhu.systems.assets.models.deciding import Decided
from nanhu.systems.assets.models.things import Asset


class Movement(models.Model):
    """A line of a thing's life, added by whatever moved it and never changed."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("验收入库")
        IMPORTED = "imported", _("导入")
        ASSIGNED = "assigned", _("领用")
        CONFIRMED = "confirmed", _("本人确认")
        DECLINED = "declined", _("不在我这里")
        HANDED_OVER = "handed_over", _("当面移交")
        TRANSFERRED = "transferred", _("调拨")
        MOVED = "moved", _("换地点")
        RETURNED = "returned", _("退回库房")
        LENT = "lent", _("借出")
        GIVEN_BACK = "given_back", _("归还")
        BROKEN = "broken", _("报修")
        REPAIRED = "repaired", _("修好")
        BEYOND_REPAIR = "beyond_repair", _("修不好")
        LOST = "lost", _("报失")
        FOUND = "found", _("找到")
        SPLIT = "split", _("拆分")
        IMPROVED = "improved", _("改造增值")
        IDLE = "idle", _("闲置登记")
        TO_SCRAP = "to_scrap", _("申请报废")
        KEPT = "kept", _("不报废")
        DISPOSED = "disposed", _("处置出账")
        VOIDED = "voided", _("编号作废")
        COUNTED = "counted", _("盘点更正")

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="movements")
    kind = models.TextField(choices=Kind)
    from_state = models.TextField(default="", blank=True)
    to_state = models.TextField()
    from_unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    to_unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    from_keeper = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    to_keeper = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    from_room = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+")
    to_room = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+")
    value_fen = models.BigIntegerField(help_text="of the card from then on, as a past month is closed by it")
    carried_fen = models.BigIntegerField()
    by_name = models.TextField()
    reason = models.TextField(default="", blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "assets_movement"
        indexes = [
            models.Index(fields=["asset", "-at"], name="assets_movement_of_asset"),
            models.Index(fields=["asset", "at"], condition=Q(kind="transferred"), name="assets_movement_transfers"),
        ]

    @staticmethod
    def on_the_books() -> "QuerySet[Movement]":
        """Of fixed assets whose number was not void."""
        return Movement.objects.filter(asset__is_low_value=False).exclude(asset__state=Asset.State.VOID)


class HandOver(models.Model):
    """Things that one person offers by a code that lives for minutes; whoever opens it and confirms has them."""

    code = models.TextField(unique=True)
    assets = models.ManyToManyField(Asset, related_name="+", db_table="assets_hand_over_asset")
    giver = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "assets_hand_over"
        constraints = [
            models.CheckConstraint(
                condition=Q(taker=None, taken_at=None)
                | Q(taker__isnull=False, taken_at__isnull=False, taken_at__lte=F("expires_at")) & ~Q(taker=F("giver")),
                name="assets_hand_over_two_people",
            )
        ]


class Transfer(Decided):
    """To another unit (调拨): asked by the keeper who has it, or by who needs what is offered; accepted by the other unit's keeper and
    agreed by the asset office; its new keeper confirms afterwards."""

    what = _("这张调拨单")
    process, noun = "assets.transfer", "transfer"

    class State(models.TextChoices):
        ASKED = "asked", _("待确认")
        DONE = "done", _("已调拨")
        REFUSED = "refused", _("未同意")

    state = models.TextField(choices=State, default=State.ASKED)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    from_unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    to_unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    to_keeper = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    to_room = models.ForeignKey("campus.Place", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    wants_idle = models.BooleanField(default=False, help_text="asked for because it stood idle")
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="null: nobody is keeper there",
    )
    accepted_by_name = models.TextField(default="", blank=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "assets_transfer"
        constraints = [
            *proposal_constraints("assets_transfer", undecided=["asked"], decided=["done", "refused"]),
            models.UniqueConstraint(fields=["asset"], condition=Q(state="asked"), name="assets_transfer_one_at_a_time"),
            models.CheckConstraint(
                condition=~Q(from_unit=F("to_unit")) & ~Q(reason=""), name="assets_transfer_between_units"
            ),
            models.CheckConstraint(
                condition=(~Q(state="done") | Q(accepted_at__isnull=False))
                & (Q(accepted_by=None) | Q(approver=None) | ~Q(approver=F("accepted_by"))),
                name="assets_transfer_accepted",
            ),
        ]

    def __str__(self) -> str:
        return str(self.asset)

    @classmethod
    def waiting_for(cls, account_id: int) -> QuerySet[Self]:
        return super().waiting_for(account_id).exclude(accepted_at=None).exclude(accepted_by=account_id)

    @property
    def is_before_office(self) -> bool:
        return self.accepted_at is not None

    @property
    def parties(self) -> Collection[int | None]:
        return {self.to_keeper_id, self.asset.keeper_id, self.accepted_by.person_id if self.accepted_by else None}

    @property
    def other_unit_id(self) -> int:
        """Of the unit that did not ask."""
        return self.from_unit_id if self.wants_idle else self.to_unit_id

    @property
    def others(self) -> Collection[int]:
        return () if self.accepted_by_id is None else (self.accepted_by_id,)

    @property
    def summary(self) -> dict[str, object]:
        return {
            "thing": f"{self.asset.name} {self.asset.number}",
            "value": self.asset.value_fen,
            "from_unit": self.from_unit.name,
            "to_unit": self.to_unit.name,
            "keeper": self.to_keeper_id,
            "room": self.to_room.name,
            "reason": self.reason,
        }

    @property
    def history(self) -> list[Event]:
        accepted = (
            [Event(_("对方单位资产员接收"), self.accepted_by_name, self.accepted_at)] if self.accepted_by_id else []
        )
        first, *rest = super().history
        return [first, *accepted, *rest]


class Maintenance(models.Model):
    """A repair (维修): what was wrong, what it cost, what came of it."""

    class Result(models.TextChoices):
        OPEN = "open", _("维修中")
        REPAIRED = "repaired", _("修好")
        BEYOND = "beyond", _("修不好")

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="maintenance")
    fault = models.TextField()
    opened_at = models.DateTimeField(default=timezone.now)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    opened_by_name = models.TextField()
    result = models.TextField(choices=Result, default=Result.OPEN)
    cost_fen = models.BigIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    request = models.TextField(default="", blank=True, help_text="its number in the service hall")
    request_state = models.TextField(default="", blank=True, help_text="of that, by the code of service.request")

    class Meta:
        db_table = "assets_maintenance"
        constraints = [
            models.UniqueConstraint(
                fields=["asset"], condition=Q(result="open"), name="assets_maintenance_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(cost_fen__gte=0, result="open", closed_at=None)
                | Q(cost_fen__gte=0, result__in=["repaired", "beyond"], closed_at__isnull=False),
                name="assets_maintenance_closed",
            ),
        ]
