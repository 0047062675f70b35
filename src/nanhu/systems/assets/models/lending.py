"""What is with somebody for a time: lettings to outside (出租出借) with their rents, and loans (借用)."""

from collections.abc import Collection
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.proposals import proposal_constraints
from nanhu.kernel.registry import Text
from nanhu.systems.assets.models.deciding import Decided
from nanhu.systems.assets.models.disposing import ApprovalLevel
from nanhu.systems.assets.models.things import Asset


class Letting(Decided):
    """To somebody outside (出租出借), for a rent or without: asked by the unit's keeper, agreed by the asset office. `extends`: it goes on
    (续租) from the day after the one until which it was out."""

    what = _("这次出租出借")
    process, noun = "assets.letting", "letting"

    class State(models.TextChoices):
        ASKED = "asked", _("待审批")
        DONE = "done", _("已批准")
        REFUSED = "refused", _("未同意")

    class Every(models.IntegerChoices):
        """How many months a rent is for; it is due as they begin."""

        ONCE = 0, _("一次付清")
        MONTH = 1, _("每月")
        QUARTER = 3, _("每季度")
        HALF = 6, _("每半年")
        YEAR = 12, _("每年")

    state = models.TextField(choices=State, default=State.ASKED)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    extends = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="extensions")
    taker = models.TextField(help_text="who has it then, and how he is reached")
    payer = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", help_text="who is billed the rent"
    )
    starts_on = models.DateField(null=True, help_text="from when on it is let; as it is agreed")
    due_on = models.DateField()
    rent_fen = models.BigIntegerField(help_text="of each period; 0: lent")
    rent_months = models.SmallIntegerField(choices=Every, default=Every.ONCE)
    contract = models.TextField()
    level = models.TextField(choices=ApprovalLevel)
    approval = models.TextField(default="", blank=True, help_text="the paper of the council or the finance department")
    reason = models.TextField()

    class Meta:
        db_table = "assets_letting"
        constraints = [
            *proposal_constraints("assets_letting", undecided=["asked"], decided=["done", "refused"]),
            models.UniqueConstraint(fields=["asset"], condition=Q(state="asked"), name="assets_letting_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(rent_fen__gte=0, rent_months__in=[0, 1, 3, 6, 12])
                & ~Q(taker="")
                & ~Q(contract="")
                & ~Q(reason=""),
                name="assets_letting_says_what",
            ),
            models.CheckConstraint(
                condition=Q(rent_fen=0) | Q(payer__isnull=False), name="assets_letting_says_who_pays"
            ),
            models.CheckConstraint(
                condition=Q(state="done", starts_on__isnull=False, due_on__gte=F("starts_on"))
                | ~Q(state="done") & Q(starts_on=None),
                name="assets_letting_starts",
            ),
            models.CheckConstraint(condition=Q(level="office") | ~Q(approval=""), name="assets_letting_paper_by_sum"),
        ]

    def __str__(self) -> str:
        return str(self.asset)

    @property
    def first(self) -> "Letting":
        """The one with which it went out."""
        return self.extends or self

    @property
    def parties(self) -> Collection[int | None]:
        return {self.asset.keeper_id, self.payer_id}

    @property
    def audited(self) -> dict[str, object]:
        return {"fen": self.rent_fen}

    @property
    def summary(self) -> dict[str, object]:
        return {
            "thing": f"{self.asset.name} {self.asset.number}",
            "taker": self.taker,
            "since": self.extends.due_on.isoformat() if self.extends else "",
            "due": self.due_on.isoformat(),
            "rent": self.rent_fen,
            "every": str(self.get_rent_months_display()) if self.rent_fen else "",
            "payer": self.payer_id,
            "contract": self.contract,
            "unit": self.asset.unit.name,
            "value": self.asset.value_fen,
            "level": str(self.get_level_display()),
            "approval": self.approval,
            "reason": self.reason,
        }


class Loan(models.Model):
    """Lent until a day, to a person (借用) or to somebody outside (`letting`); one at a time."""

    what: ClassVar[Text] = _("这次借用")

    public_id = models.UUIDField(default=uuid4, unique=True)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="loans")
    borrower = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    letting = models.OneToOneField(Letting, null=True, on_delete=models.PROTECT, related_name="loan")
    lent_on = models.DateField()
    due_on = models.DateField()
    confirmed_at = models.DateTimeField(null=True, help_text="who borrowed it said that it is with them")
    returned_at = models.DateTimeField(null=True)
    rent_refused = models.TextField(
        default="", blank=True, help_text="why its last rents could not be billed as it came back; they are tried again"
    )
    by_name = models.TextField()

    class Meta:
        db_table = "assets_loan"
        constraints = [
            models.UniqueConstraint(fields=["asset"], condition=Q(returned_at=None), name="assets_loan_one_at_a_time"),
            models.CheckConstraint(condition=Q(due_on__gte=F("lent_on")), name="assets_loan_due_after_lent"),
            models.CheckConstraint(
                condition=Q(borrower__isnull=False, letting=None) | Q(borrower=None, letting__isnull=False),
                name="assets_loan_to_one",
            ),
            models.CheckConstraint(
                condition=Q(rent_refused="") | Q(letting__isnull=False, returned_at__isnull=False),
                name="assets_loan_rent_of_what_is_back",
            ),
        ]


class Rent(models.Model):
    """What a letting costs for one period, with its bill; written once, with the bill. `ordinal` counts from 1."""

    what: ClassVar[Text] = _("这期租金")

    public_id = models.UUIDField(default=uuid4, unique=True)
    letting = models.ForeignKey(Letting, on_delete=models.PROTECT, related_name="rents")
    ordinal = models.PositiveIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    bill = models.OneToOneField("ledger.Bill", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "assets_rent"
        constraints = [
            models.UniqueConstraint(fields=["letting", "ordinal"], name="assets_rent_once"),
            models.CheckConstraint(
                condition=Q(ordinal__gte=1, ends_on__gte=F("starts_on")), name="assets_rent_says_what"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letting} {self.ordinal}"

    @classmethod
    def of(cls, letting: Letting) -> "QuerySet[Rent]":
        """With those of what it extends, or is extended by; the oldest first."""
        first = letting.extends_id or letting.pk
        rows = cls.objects.filter(Q(letting=first) | Q(letting__extends=first))
        return rows.select_related("letting__asset", "bill").order_by("starts_on", "ordinal", "pk")
