"""Losses (报损赔偿) and disposals (处置): two people, by the sum, never before the least years without an appraisal."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.proposals import proposal_constraints
from nanhu.systems.assets.models.deciding import Decided
from nanhu.systems.assets.models.things import Asset

TO_ANSWER: Final = timedelta(days=3)
"""For whoever is to pay for a loss, before the office decides without his answer."""


class ApprovalLevel(models.TextChoices):
    """Who approves that so much leaves the books."""

    OFFICE = "office", _("国资处审批")
    COUNCIL = "council", _("校长办公会审批")
    FINANCE = "finance", _("报财政部门审批")


class Loss(Decided):
    """How a loss was inquired into, what its person pays and what he says to it; agreed, the bill is issued and the thing is off the books."""

    what = _("这份丢失处理意见")
    process, noun = "assets.loss", "loss"

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        DONE = "done", _("已处理")
        REFUSED = "refused", _("未同意")

    class Fault(models.TextChoices):
        INTENT = "intent", _("故意")
        NEGLECT = "neglect", _("过失")
        NONE = "none", _("无责任")

    state = models.TextField(choices=State, default=State.ASKED)
    number = models.TextField(null=True, unique=True, help_text="of the series of disposals")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    fault = models.TextField(choices=Fault)
    findings = models.TextField(help_text="what the inquiry found")
    statement = models.TextField(default="", blank=True, help_text="what its person says to it")
    value_fen = models.BigIntegerField()
    accumulated_fen = models.BigIntegerField()
    owed_fen = models.BigIntegerField()
    level = models.TextField(choices=ApprovalLevel)
    approval = models.TextField(default="", blank=True, help_text="the paper of the council or the finance department")
    bill = models.OneToOneField("ledger.Bill", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "assets_loss"
        constraints = [
            *proposal_constraints("assets_loss", undecided=["asked"], decided=["done", "refused"]),
            models.UniqueConstraint(fields=["asset"], condition=~Q(state="refused"), name="assets_loss_once"),
            models.CheckConstraint(
                condition=Q(
                    fault__in=["intent", "neglect", "none"],
                    level__in=["office", "council", "finance"],
                    accumulated_fen__gte=0,
                    accumulated_fen__lte=F("value_fen"),
                    owed_fen__gte=0,
                    owed_fen__lte=F("value_fen"),
                )
                & ~Q(findings="")
                & (Q(person__isnull=False) | Q(fault="none")),
                name="assets_loss_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(owed_fen=0) | Q(bill__isnull=False), name="assets_loss_is_billed"
            ),
            models.CheckConstraint(
                condition=Q(level="office") | ~Q(state="done") | ~Q(approval=""), name="assets_loss_paper_by_sum"
            ),
            models.CheckConstraint(condition=~Q(state="done") | Q(number__isnull=False), name="assets_loss_done"),
        ]

    def __str__(self) -> str:
        return str(self.asset)

    @property
    def parties(self) -> Collection[int | None]:
        return {self.person_id, self.asset.keeper_id}

    @property
    def audited(self) -> dict[str, object]:
        return {"fen": self.owed_fen}

    @property
    def summary(self) -> dict[str, object]:
        return {
            "thing": f"{self.asset.name} {self.asset.number}",
            "fault": str(self.get_fault_display()),
            "owed": self.owed_fen,
            "person": self.person_id,
            "value": self.value_fen,
            "lost": self.accumulated_fen,
            "findings": self.findings,
            "level": str(self.get_level_display()),
            "approval": self.approval,
        }

    @property
    def expires_at(self) -> datetime:
        """Whose answer is waited for three days may be decided as many more, however soon others are closed."""
        usual = super().expires_at
        return max(usual, self.created_at + 2 * TO_ANSWER) if self.owed_fen else usual

    @property
    def heard_at(self) -> datetime:
        """From when on it is decided: at once where nobody pays, or he answered."""
        return self.created_at if self.statement or not self.owed_fen else self.created_at + TO_ANSWER


class Disposal(Decided):
    """A lot of things that leave the books together."""

    what = _("这张处置单")
    process, noun = "assets.disposal", "disposal"

    class State(models.TextChoices):
        ASKED = "asked", _("待审批")
        DONE = "done", _("已处置")
        REFUSED = "refused", _("未同意")

    class Kind(models.TextChoices):
        SCRAP = "scrap", _("报废")
        TRANSFER = "transfer", _("调拨出校")
        DONATE = "donate", _("捐赠")
        SELL = "sell", _("出售")
        WRITE_OFF = "write_off", _("报损")
        SHORTAGE = "shortage", _("盘亏")

    Level = ApprovalLevel

    state = models.TextField(choices=State, default=State.ASKED)
    number = models.TextField(null=True, unique=True)
    title = models.TextField()
    kind = models.TextField(choices=Kind)
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    level = models.TextField(choices=Level)
    value_fen = models.BigIntegerField()
    appraisal = models.TextField(default="", blank=True, help_text="the technical opinion, where years are missing")
    wiping = models.TextField(default="", blank=True, help_text="proof that data was wiped, where it holds some")
    approval = models.TextField(default="", blank=True, help_text="the paper of the council or the finance department")
    income_fen = models.BigIntegerField(default=0)
    disposed_on = models.DateField(null=True)
    reason = models.TextField()
    remittance = models.TextField(
        default="", blank=True, help_text="finance's voucher: its income went to the treasury"
    )
    remitted_on = models.DateField(null=True)
    remitted_by_name = models.TextField(default="", blank=True)

    class Meta:
        db_table = "assets_disposal"
        constraints = [
            *proposal_constraints("assets_disposal", undecided=["asked"], decided=["done", "refused"]),
            models.CheckConstraint(
                condition=Q(
                    value_fen__gt=0,
                    income_fen__gte=0,
                    kind__in=["scrap", "transfer", "donate", "sell", "write_off", "shortage"],
                    level__in=["office", "council", "finance"],
                )
                & ~Q(title="")
                & ~Q(reason=""),
                name="assets_disposal_says_what",
            ),
            models.CheckConstraint(
                condition=Q(level="office") | ~Q(state="done") | ~Q(approval=""), name="assets_disposal_paper_by_sum"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(number__isnull=False, disposed_on__isnull=False),
                name="assets_disposal_done",
            ),
            models.CheckConstraint(
                condition=Q(remitted_on=None, remittance="")
                | Q(state="done", income_fen__gt=0, remitted_on__isnull=False) & ~Q(remittance=""),
                name="assets_disposal_remitted",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def parties(self) -> Collection[int | None]:
        return set(self.lines.values_list("asset__keeper", flat=True))

    @property
    def target(self) -> str:
        return f"disposal:{self.public_id}"

    @property
    def audited(self) -> dict[str, object]:
        return {"title": self.title, "fen": self.value_fen}

    @property
    def summary(self) -> dict[str, object]:
        return {
            "title": self.title,
            "kind": str(self.get_kind_display()),
            "value": self.value_fen,
            "count": self.lines.count(),
            "level": str(self.get_level_display()),
            "approval": self.approval,
            "reason": self.reason,
        }

    def let_go(self) -> None:
        self.lines.update(released_at=now())


class DisposalLine(models.Model):
    """A thing of a lot that is disposed of, with its value of that day."""

    disposal = models.ForeignKey(Disposal, on_delete=models.PROTECT, related_name="lines")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="disposal_lines")
    value_fen = models.BigIntegerField()
    accumulated_fen = models.BigIntegerField()
    released_at = models.DateTimeField(null=True, help_text="its lot was refused")

    class Meta:
        db_table = "assets_disposal_line"
        constraints = [
            models.UniqueConstraint(fields=["asset"], condition=Q(released_at=None), name="assets_disposal_line_once")
        ]
