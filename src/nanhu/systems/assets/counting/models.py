"""Stock takes (盘点): scope, teams, the list as it stood, what was seen, the result that two people sign."""

from datetime import timedelta
from typing import Any, ClassVar, Final
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.proposals import Proposal, proposal_constraints
from nanhu.kernel.registry import Text
from nanhu.systems.assets.models import Asset

LONGEST_NUMBER: Final = 80


class StockTake(models.Model):
    """What is counted: the things of a unit, in some places, or all. `round` is 0 until it is opened."""

    what: ClassVar[Text] = _("这次盘点")

    class State(models.TextChoices):
        PLANNED = "planned", _("待开始")
        OPEN = "open", _("盘点中")
        COUNTED = "counted", _("结果待复核")
        CLOSED = "closed", _("已结束")
        DROPPED = "dropped", _("已取消")

    public_id = models.UUIDField(default=uuid4, unique=True)
    title = models.TextField()
    unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.TextField(choices=State, default=State.PLANNED)
    round = models.PositiveSmallIntegerField(default=0)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True, help_text="what is received later is late")

    class Meta:
        db_table = "assets_stock_take"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["planned", "open", "counted", "closed", "dropped"], ends_on__gte=F("starts_on"))
                & ~Q(title=""),
                name="assets_stock_take_says_what",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "dropped"], round=0, opened_at=None, counted_at=None)
                | Q(state="open", round__gte=1, opened_at__isnull=False, counted_at=None)
                | Q(state__in=["counted", "closed"], round__gte=1, opened_at__isnull=False, counted_at__isnull=False),
                name="assets_stock_take_moments",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CountPlace(models.Model):
    """A campus, building or room whose things are counted, with all below it."""

    take = models.ForeignKey(StockTake, on_delete=models.PROTECT, related_name="places")
    place = models.ForeignKey("campus.Place", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "assets_count_place"
        constraints = [models.UniqueConstraint(fields=["take", "place"], name="assets_count_place_once")]


class CountTeam(models.Model):
    """Who counts together, and where; without a place everywhere."""

    take = models.ForeignKey(StockTake, on_delete=models.PROTECT, related_name="teams")
    name = models.TextField()
    place = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "assets_count_team"
        constraints = [
            models.UniqueConstraint(fields=["take", "name"], name="assets_count_team_once"),
            models.CheckConstraint(condition=~Q(name=""), name="assets_count_team_is_named"),
        ]

    def __str__(self) -> str:
        return self.name


class CountMember(models.Model):
    """Who counts in a team of a stock-taking."""

    team = models.ForeignKey(CountTeam, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, help_text="taken off the team; what the phone holds is still taken")

    class Meta:
        db_table = "assets_count_member"
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="assets_count_member_once")]


class CountItem(models.Model):
    """A thing as the register had it: at the opening, or (not `is_expected`) when it turned up though nobody looked for it."""

    take = models.ForeignKey(StockTake, on_delete=models.PROTECT, related_name="items")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    keeper = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    is_expected = models.BooleanField()

    class Meta:
        db_table = "assets_count_item"
        indexes = [models.Index(fields=["take", "room"], name="assets_count_item_in_room")]
        constraints = [models.UniqueConstraint(fields=["take", "asset"], name="assets_count_item_once")]


class CountRow(models.Model):
    """A label that was read. `client_id` was made on the phone: however often it is uploaded, it is one row."""

    class Method(models.TextChoices):
        SCAN = "scan", _("扫码")
        TYPED = "typed", _("输入编号")
        PHOTO = "photo", _("照片")
        RFID = "rfid", _("RFID 读写器")

    client_id = models.UUIDField(unique=True)
    take = models.ForeignKey(StockTake, on_delete=models.PROTECT, related_name="rows", db_index=False)
    round = models.PositiveSmallIntegerField()
    session = models.UUIDField(help_text="one stay in a room")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    number = models.TextField(help_text="as it was read")
    asset = models.ForeignKey(Asset, null=True, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+")
    has_room_code = models.BooleanField(help_text="the label of the door was read in this session")
    is_other_keeper = models.BooleanField(default=False, help_text="the counter found somebody else using it")
    method = models.TextField(choices=Method)
    photo = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    phone_at = models.DateTimeField(help_text="by the phone's own clock")
    seen_at = models.DateTimeField(help_text="the same, set right by ours in whole minutes")
    received_at = models.DateTimeField()

    class Meta:
        db_table = "assets_count_row"
        indexes = [
            models.Index(fields=["take", "number"], name="assets_count_row_of_number"),
            models.Index(fields=["take", "asset"], name="assets_count_row_of_thing"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    method__in=["scan", "typed", "photo", "rfid"],
                    round__gte=1,
                    seen_at__lte=F("received_at") + timedelta(minutes=1),
                )
                & ~Q(number=""),
                name="assets_count_row_says_what",
            ),
            models.CheckConstraint(
                condition=Q(method="photo", photo__isnull=False) | ~Q(method="photo") & Q(photo=None),
                name="assets_count_row_photo_is_kept",
            ),
            models.CheckConstraint(
                condition=Q(has_room_code=False) | Q(room__isnull=False), name="assets_count_row_code_has_room"
            ),
        ]


class CountResult(Proposal):
    """What the count found, asked for by one and agreed by another: then places and sights are written into the register."""

    what = _("这份盘点结果")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        APPLIED = "applied", _("已入账")
        REFUSED = "refused", _("未同意")

    take = models.ForeignKey(StockTake, on_delete=models.PROTECT, related_name="results")
    state = models.TextField(choices=State, default=State.ASKED)
    figures: Any = models.JSONField(help_text="how many of each verdict")
    note = models.TextField(default="", blank=True)

    class Meta:
        db_table = "assets_count_result"
        constraints = [
            models.UniqueConstraint(fields=["take"], condition=~Q(state="refused"), name="assets_count_result_one"),
            *proposal_constraints("assets_count_result", undecided=["asked"], decided=["applied", "refused"]),
        ]

    def __str__(self) -> str:
        return self.take.title


class FoundReport(models.Model):
    """What a stranger wrote who read a label. The number is as it stood in the address: it may be nobody's."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    number = models.TextField()
    words = models.TextField()
    contact = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    settled_by_name = models.TextField(default="", blank=True)

    class Meta:
        db_table = "assets_found_report"
        constraints = [
            models.CheckConstraint(condition=~Q(number="") & ~Q(words=""), name="assets_found_report_says_what"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by_name="") | Q(settled_at__isnull=False) & ~Q(settled_by_name=""),
                name="assets_found_report_settled",
            ),
        ]
