"""Water and power by room (水电代扣): what a room used in a month, split among who lives there, checked by one, approved by another.

Each share becomes a bill in the ledger (应缴) once the list is approved.
"""

from django.db import models
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rollbacks
from nanhu.kernel.clock import now
from nanhu.kernel.intake import DECIDED, UNDECIDED, IntakeBatch
from nanhu.kernel.proposals import proposal_constraints
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.dormitory.rules import FEES


class RoomList(IntakeBatch):
    """A list of bills, valid as a whole."""

    what, key, job = _("这份水电账单"), "dormitory.room_list", "dormitory.take_room_shares"

    class State(models.TextChoices):
        CHECKED = "checked", _("待提交")
        SUBMITTED = "submitted", _("待复核")
        POSTING = "posting", _("扣款中")
        POSTED = "posted", _("已扣款")
        REFUSED = "refused", _("未同意")
        DISCARDED = "discarded", _("已作废")
        RETURNING = "returning", _("退回中")
        RETURNED = "returned", _("已全部退回")

    state = models.TextField(choices=State, default=State.CHECKED)
    room_count = models.IntegerField()
    share_count = models.IntegerField()
    sum_fen = models.BigIntegerField()

    class Meta:
        db_table = "dormitory_room_list"
        indexes = [models.Index(fields=["-created_at"], name="dormitory_room_list_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(room_count__gt=0, share_count__gt=0, sum_fen__gt=0) & ~Q(title=""),
                name="dormitory_room_list_says_what",
            ),
            *proposal_constraints(
                "dormitory_room_list",
                undecided=UNDECIDED,
                decided=[*DECIDED, "returning", "returned"],
            ),
        ]

    @property
    def size(self) -> int:
        return self.share_count

    def facts(self) -> dict[str, object]:
        return {"title": self.title, "rooms": self.room_count, "shares": self.share_count, "fen": self.sum_fen}

    def refuse_work(self) -> None:
        """A fee that may not be charged today, or a share above its ceiling, is told before anybody approves."""
        rows = self.shares.order_by().values("bill__item").annotate(most=Max("amount_fen"))
        largest = {FEES[row["bill__item"]][0]: row["most"] for row in rows}
        ceilings = ledger.fee_ceilings(largest)
        for code, most in largest.items():
            if code not in ceilings:
                raise ledger.FeeItemMissingError(item=code)
            ceiling = ceilings[code]
            if ceiling is not None and most > ceiling:
                raise ledger.FeeCeilingError

    def let_go(self) -> None:
        self.bills.filter(released_at=None).update(released_at=now())

    @property
    def is_money_moving(self) -> bool:
        return self.approver_id is not None and self.state != self.State.REFUSED

    @property
    def is_at_work(self) -> bool:
        return self.state in {self.State.POSTING, self.State.RETURNING}


class RoomRollback(rollbacks.Rollback):
    """A list given back as a whole (整份退回); from then on the worker refunds each bill, in the names of both."""

    what = _("这次整份退回")
    batch = models.ForeignKey(RoomList, on_delete=models.PROTECT, related_name="rollbacks")

    class Meta:
        db_table = "dormitory_room_rollback"
        constraints = rollbacks.rollback_constraints("dormitory_room_rollback")


class RoomBill(models.Model):
    """What one room owes for one thing in one month. There is one that counts (`released_at` empty), and beside it at most one
    that waits to replace it."""

    class Item(models.TextChoices):
        WATER = "water", _("水费")
        POWER = "power", _("电费")

    room_list = models.ForeignKey(RoomList, on_delete=models.PROTECT, related_name="bills")
    building = models.TextField()
    room = models.TextField()
    item = models.TextField(choices=Item)
    month = models.DateField(help_text="its first day")
    amount_fen = models.BigIntegerField()
    is_first = models.BooleanField(default=False, help_text="no list named this room before: perhaps mistyped")
    is_waiting = models.BooleanField(default=False, help_text="an older one counts until this list is worked off")
    released_at = models.DateTimeField(null=True, help_text="it no longer counts: refused, discarded or given back")

    class Meta:
        db_table = "dormitory_room_bill"
        constraints = [
            models.UniqueConstraint(
                fields=["building", "room", "item", "month"],
                condition=Q(released_at__isnull=True, is_waiting=False),
                name="dormitory_room_bill_once",
            ),
            models.UniqueConstraint(
                fields=["building", "room", "item", "month"],
                condition=Q(released_at__isnull=True, is_waiting=True),
                name="dormitory_room_bill_once_waiting",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, item__in=["water", "power"], month__day=1)
                & ~Q(building="")
                & ~Q(room=""),
                name="dormitory_room_bill_says_what",
            ),
        ]

    @property
    def name(self) -> str:
        """As the holder reads it on the statement, in the language of the books."""
        item = {"water": "水费", "power": "电费"}[self.item]
        return f"{item} · {self.building} {self.room} · {self.month.year}年{self.month.month}月"


class RoomShare(models.Model):
    """One person's part of it. The charge is the bill that was issued for it, and says what became of it; `state` is how far the
    list came with it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待扣")
        TAKEN = "taken", _("已扣")
        LEFT = "left", _("没扣到")

    room_list = models.ForeignKey(RoomList, on_delete=models.PROTECT, related_name="shares")
    bill = models.ForeignKey(RoomBill, on_delete=models.PROTECT, related_name="shares")
    line = models.IntegerField(help_text="in the file, as the office reads it")
    campus_no = models.TextField()
    name = models.TextField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    state = models.TextField(choices=State, default=State.WAITING)
    why = models.TextField(default="", blank=True, help_text="the code of the failure that left it out")
    charge = models.OneToOneField(ledger.Bill, null=True, on_delete=models.PROTECT, related_name="+")
    tries = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "dormitory_room_share"
        indexes = [
            models.Index(
                fields=["room_list", "person"], condition=Q(state="waiting"), name="dormitory_room_share_to_take"
            ),
            models.Index(fields=["room_list", "line"], name="dormitory_room_share_as_read"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["bill", "person"], name="dormitory_room_share_person_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="dormitory_room_share_amount"),
            models.CheckConstraint(
                condition=Q(state="waiting", why="")
                | Q(state="taken", charge__isnull=False, why="")
                | Q(state="left") & ~Q(why=""),
                name="dormitory_room_share_told",
            ),
        ]
