"""Subsidies (补助) and payouts (代发) in batches: one office uploads, another person approves, the worker posts."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.intake import DECIDED, UNDECIDED, IntakeBatch
from nanhu.kernel.proposals import proposal_constraints


class Funding(models.Model):
    """Where the money of batches comes from: an account of the school in the ledger (经费账户)."""

    code = models.TextField(unique=True)
    name = models.TextField()
    account = models.OneToOneField("ledger.Account", on_delete=models.PROTECT, related_name="+")
    is_open = models.BooleanField(default=True)

    class Meta:
        db_table = "card_funding"
        constraints = [models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="card_funding_is_named")]

    def __str__(self) -> str:
        return self.name


@known(source="card_payout_source_is_known")
class PayoutBatch(IntakeBatch):
    """A list of people and sums, valid as a whole."""

    what, key, job = _("这一批"), "card.payout", "card.post_payout"

    class Source(models.TextChoices):
        SUBSIDY = "subsidy", _("补助")
        PAYOUT = "payout", _("代发")

    class State(models.TextChoices):
        CHECKED = "checked", _("待提交")
        SUBMITTED = "submitted", _("待复核")
        POSTING = "posting", _("入账中")
        POSTED = "posted", _("已入账")
        REFUSED = "refused", _("未同意")
        DISCARDED = "discarded", _("已作废")

    source = models.TextField(choices=Source)
    funding = models.ForeignKey(Funding, on_delete=models.PROTECT, related_name="batches")
    state = models.TextField(choices=State, default=State.CHECKED)
    row_count = models.IntegerField()
    sum_fen = models.BigIntegerField()
    expires_on = models.DateField(null=True, blank=True, help_text="the last day of claiming, None for ever")
    file_digest = models.TextField()

    class Meta:
        db_table = "card_payout_batch"
        indexes = [models.Index(fields=["-created_at"], name="card_payout_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(row_count__gt=0, sum_fen__gt=0), name="card_payout_amounts"),
            *proposal_constraints("card_payout", undecided=UNDECIDED, decided=DECIDED),
        ]

    @property
    def size(self) -> int:
        return self.row_count

    def facts(self) -> dict[str, object]:
        return {"title": self.title, "rows": self.row_count, "fen": self.sum_fen, "funding": self.funding.name}

    @property
    def is_money_moving(self) -> bool:
        return self.state in {self.State.POSTING, self.State.POSTED}


class PayoutRow(models.Model):
    """One person's sum; the claimable is what became of it."""

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="rows")
    line = models.IntegerField(help_text="in the file, as the office reads it")
    campus_no = models.TextField()
    name = models.TextField()
    wallet = models.ForeignKey("card.Wallet", on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    note = models.TextField(default="", blank=True)
    claimable = models.OneToOneField(
        "card_funds.Claimable", null=True, on_delete=models.PROTECT, related_name="payout_row"
    )

    class Meta:
        db_table = "card_payout_row"
        indexes = [models.Index(fields=["batch"], condition=Q(claimable=None), name="card_payout_row_to_post")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "wallet"], name="card_payout_person_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_payout_row_amount"),
        ]
