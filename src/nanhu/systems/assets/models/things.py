"""Things (资产卡片), their classes (GB/T 14885 资产分类) and how long they serve (折旧年限)."""

from collections.abc import Collection
from datetime import timedelta
from typing import ClassVar, Final
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.dated import DatedRule, dated_constraints
from nanhu.kernel.registry import Text

NUMBER_SHAPE = r"^[0-9]{4}-A[0-9]{2}-[0-9]{6,}-[0-9]$"
TAG_SHAPE = r"^[0-9A-F]{8,64}$"
CLASS_SHAPE = r"^A[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{2})?)?)?$"


class Classification(models.Model):
    """A class of things. A thing is entered under a leaf: one below which nothing stands."""

    code = models.TextField(unique=True)
    name = models.TextField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    is_depreciable = models.BooleanField(default=True)
    measure = models.TextField(default="件", help_text="in what its things are counted")
    holds_data = models.BooleanField(default=False, help_text="its things are wiped before they leave")

    class Meta:
        db_table = "assets_class"
        ordering: ClassVar = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=CLASS_SHAPE) & ~Q(name="") & ~Q(measure=""), name="assets_class_is_named"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ServiceLife(DatedRule):
    """Years of service of a class and all below it, as the accounting guideline sets them; they are also the least before scrapping.
    `most_years`: where the guideline names a span, of which a receipt chooses."""

    key = ("code",)

    code = models.TextField()
    name = models.TextField(help_text="as the guideline calls it")
    years = models.PositiveSmallIntegerField()
    most_years = models.PositiveSmallIntegerField(null=True, help_text="null: as many as `years`")

    class Meta:
        db_table = "assets_service_life"
        constraints = [
            *dated_constraints("assets_service_life", "code"),
            models.CheckConstraint(
                condition=Q(code__regex=CLASS_SHAPE, years__range=(1, 100)) & ~Q(name=""),
                name="assets_service_life_says",
            ),
            models.CheckConstraint(
                condition=Q(most_years=None) | Q(most_years__gt=F("years"), most_years__lte=100),
                name="assets_service_life_span",
            ),
        ]

    @property
    def longest(self) -> int:
        return self.most_years or self.years


class Figure(DatedRule):
    """A sum or a share that the school or the law sets (规定的数), in fen or in thousandths, from a day on."""

    key = ("name",)

    class Name(models.TextChoices):
        THRESHOLD = "threshold_fen", _("固定资产单价起点")
        COUNCIL = "council_fen", _("校长办公会审批起点")
        FINANCE = "finance_fen", _("报财政部门审批起点")
        LARGE = "large_fen", _("大型仪器单价起点")
        INTENT = "intent_permille", _("故意丢失赔偿净值的比例")
        NEGLECT = "neglect_permille", _("过失丢失赔偿净值的比例")
        LEAST = "least_permille", _("赔偿不低于原值的比例")

    name = models.TextField(choices=Name)
    value = models.BigIntegerField()

    class Meta:
        db_table = "assets_figure"
        constraints = [
            *dated_constraints("assets_figure", "name"),
            models.CheckConstraint(
                condition=Q(name__endswith="_fen", value__gt=0) | Q(name__endswith="_permille", value__range=(0, 1000)),
                name="assets_figure_says_what",
            ),
        ]

    @property
    def is_sum(self) -> bool:
        return self.name.endswith("_fen")


@known(acquired="assets_asset_words", state="assets_asset_words", use="assets_asset_words")
class Asset(models.Model):
    """One thing, or a batch of alike things on one card (`quantity`). Its state moves in `services.moving.move` alone."""

    what: ClassVar[Text] = _("这件资产")

    class State(models.TextChoices):
        IN_STOCK = "in_stock", _("在库")
        IN_USE = "in_use", _("在用")
        LENT = "lent", _("借出")
        IN_REPAIR = "in_repair", _("维修中")
        MISSING = "missing", _("丢失待查")
        TO_SCRAP = "to_scrap", _("待报废")
        DISPOSED = "disposed", _("已处置")
        VOID = "void", _("编号作废")

    class Acquired(models.TextChoices):
        BOUGHT = "bought", _("购置")
        DONATED = "donated", _("捐赠")
        TRANSFERRED = "transferred", _("调入")
        BUILT = "built", _("自建")
        FOUND = "found", _("盘盈")

    class Use(models.TextChoices):
        TEACHING = "teaching", _("教学")
        RESEARCH = "research", _("科研")
        OFFICE = "office", _("行政")
        LOGISTICS = "logistics", _("后勤")
        LET = "let", _("出租出借")

    public_id = models.UUIDField(default=uuid4, unique=True)
    number = models.TextField(unique=True)
    former_number = models.TextField(default="", blank=True, help_text="of the card it was imported from")
    name = models.TextField()
    classification = models.ForeignKey(Classification, on_delete=models.PROTECT, related_name="+")
    model = models.TextField(default="", blank=True)
    maker = models.TextField(default="", blank=True)
    serial = models.TextField(default="", blank=True, db_index=True)
    tag = models.TextField(default="", blank=True, help_text="EPC of the RFID tag on it, in hexadecimal capitals")
    value_fen = models.BigIntegerField()
    carried_fen = models.BigIntegerField(default=0, help_text="depreciation that came with it (import, split)")
    quantity = models.PositiveIntegerField(default=1)
    acquired = models.TextField(choices=Acquired, default=Acquired.BOUGHT)
    acquired_on = models.DateField()
    put_into_use_on = models.DateField()
    funds = models.TextField(default="", blank=True, help_text="the project that paid")
    supplier = models.TextField(default="", blank=True)
    invoice = models.TextField(default="", blank=True)
    contract = models.TextField(default="", blank=True)
    warranty_until = models.DateField(null=True)
    use = models.TextField(choices=Use, default=Use.TEACHING)
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    keeper = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=State, default=State.IN_STOCK)
    confirmed_at = models.DateTimeField(null=True, help_text="its keeper said that it is with them")
    last_seen_at = models.DateTimeField(null=True)
    is_idle = models.BooleanField(default=False)
    is_low_value = models.BooleanField(
        default=False, help_text="低值品, as it was entered: listed and counted, on no books"
    )
    disposed_on = models.DateField(null=True)
    picture = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    receipt_line = models.ForeignKey("assets.ReceiptLine", null=True, on_delete=models.PROTECT, related_name="assets")
    split_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "assets_asset"
        indexes = [
            models.Index(fields=["keeper", "state"], name="assets_asset_of_keeper"),
            models.Index(fields=["room"], name="assets_asset_in_room"),
            models.Index(fields=["unit", "state"], name="assets_asset_of_unit"),
            models.Index(Upper("former_number"), name="assets_asset_formerly", condition=~Q(former_number="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["former_number"],
                condition=~Q(former_number="") & ~Q(state="void"),
                name="assets_asset_former_number_once",
            ),
            models.UniqueConstraint(
                fields=["tag"], condition=~Q(tag="") & ~Q(state="void"), name="assets_asset_tag_once"
            ),
            models.CheckConstraint(condition=Q(tag="") | Q(tag__regex=TAG_SHAPE), name="assets_asset_tag_is_one"),
            models.CheckConstraint(
                condition=Q(
                    number__regex=NUMBER_SHAPE, value_fen__gt=0, quantity__gte=1, carried_fen__lte=models.F("value_fen")
                )
                & ~Q(name="")
                & (Q(is_low_value=False) | Q(carried_fen=0)),
                name="assets_asset_says_what",
            ),
            models.CheckConstraint(
                condition=Q(put_into_use_on__gte=models.F("acquired_on")), name="assets_asset_used_after_acquired"
            ),
            models.CheckConstraint(
                condition=~Q(state="in_use") | Q(keeper__isnull=False, room__isnull=False),
                name="assets_asset_in_use_has_keeper_and_room",
            ),
            models.CheckConstraint(
                condition=Q(state="disposed", disposed_on__isnull=False) | (~Q(state="disposed") & Q(disposed_on=None)),
                name="assets_asset_disposed_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


GONE = (Asset.State.DISPOSED, Asset.State.VOID)
"""States of things that are here no more."""
HERE = frozenset(Asset.State) - frozenset(GONE)
LONG_AGO = Now() - timedelta(days=731)
UNSEEN = Q(last_seen_at__lt=LONG_AGO) | Q(last_seen_at=None, created_at__lt=LONG_AGO)
"""By nobody for two years."""
OFFERED = (Q(is_idle=True) | UNSEEN) & Q(state__in=[Asset.State.IN_STOCK, Asset.State.IN_USE])
"""Inside the school, before anything new is bought (闲置调剂)."""


FORMER_NUMBERS: Final = "assets.former_numbers"
"""Under this key whoever enters cards with such numbers looks whether they are free, one after the other."""


def former_numbers_taken(numbers: Collection[str]) -> set[str]:
    """Those of living cards."""
    rows = Asset.objects.filter(former_number__in=numbers).exclude(state=Asset.State.VOID)
    return set(rows.values_list("former_number", flat=True))
