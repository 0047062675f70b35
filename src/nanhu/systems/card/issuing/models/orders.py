from datetime import date
from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField
from nanhu.systems.card.models import Card


@known(role="card_unit_delegate_role")
class UnitDelegate(models.Model):
    """Who acts for a unit towards the card office: its agent (经办) hands lists in, its leader (领导) approves them."""

    class Role(models.TextChoices):
        AGENT = "agent", _("经办人")
        LEADER = "leader", _("审批领导")

    unit_code = models.TextField()
    unit_name = models.TextField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    role = models.TextField(choices=Role)
    named_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_unit_delegate"
        constraints = [
            models.UniqueConstraint(
                fields=["unit_code", "person", "role"], condition=Q(ended_at=None), name="card_unit_delegate_once"
            ),
        ]


class CardOrder(models.Model):
    """What is to be made (制卡单): a batch by F14, or one person's card by F15. Enters production whole or not at all."""

    class Kind(models.TextChoices):
        BATCH = "batch", _("批量")
        PERSONAL = "personal", _("个人")

    class Source(models.TextChoices):
        WEB = "web", _("网上提交")
        MAIL = "mail", _("邮件")
        COUNTER = "counter", _("柜台")
        ENROLMENT = "enrolment", _("新生名册")

    class State(models.TextChoices):
        DRAFT = "draft", _("待修正")
        SUBMITTED = "submitted", _("待审批")
        APPROVED = "approved", _("待受理")
        REFUSED = "refused", _("未通过")
        ACCEPTED = "accepted", _("制卡中")
        MADE = "made", _("待发放")
        CLOSED = "closed", _("已发完")
        DISCARDED = "discarded", _("已作废")

    public_id = models.UUIDField(default=uuid4, unique=True)
    number = models.TextField(unique=True, help_text="ZK and the day, then a running number")
    kind = models.TextField(choices=Kind)
    card_class = models.TextField(choices=Card.Class)
    title = models.TextField()
    unit_code = models.TextField(default="", blank=True)
    unit_name = models.TextField(default="", blank=True)
    source = models.TextField(choices=Source)
    reason = models.TextField(default="", blank=True)
    state = models.TextField(choices=State, default=State.DRAFT)
    needs_approval = models.BooleanField(default=True)
    requester = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    requester_name = models.TextField()
    approver = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    approver_name = models.TextField(default="", blank=True)
    answer = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True, help_text="the clock of three working days begins")
    accepted_by_name = models.TextField(default="", blank=True)
    due_on = models.DateField(null=True)
    made_at = models.DateTimeField(null=True)
    collector = models.TextField(default="", blank=True, help_text="领取人: who may fetch the whole batch")
    collector_code = EncryptedTextField(purpose="card_issuing.collector_code", null=True)
    collected_at = models.DateTimeField(null=True)
    collected_how = models.TextField(default="", blank=True)
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_order"
        indexes = [models.Index(fields=["state", "-created_at"], name="card_order_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(approver=None) | Q(requester=None) | ~Q(approver=F("requester")),
                name="card_order_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "made", "closed"])
                | Q(accepted_at__isnull=False, due_on__isnull=False),
                name="card_order_accepted_has_a_clock",
            ),
            models.CheckConstraint(
                condition=~Q(needs_approval=True)
                | ~Q(state__in=["approved", "accepted", "made", "closed"])
                | Q(approver__isnull=False),
                name="card_order_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "discarded"]) | ~Q(answer=""), name="card_order_refusal_says_why"
            ),
        ]

    def is_late(self, today: date) -> bool:
        return self.state == self.State.ACCEPTED and self.due_on is not None and self.due_on < today


class OrderRow(models.Model):
    """One person of an order, as typed; `errors` names a sentence by column. Numbers that identify are encrypted."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待制卡")
        MADE = "made", _("待领取")
        HANDED = "handed", _("已发放")
        VOID = "void", _("作废")

    class How(models.TextChoices):
        HOLDER = "holder", _("本人")
        CODE = "code", _("领卡码")
        PROXY = "proxy", _("代领")

    order = models.ForeignKey(CardOrder, on_delete=models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField()
    name = models.TextField(default="", blank=True)
    campus_no = models.TextField(default="", blank=True)
    sex = models.TextField(default="", blank=True)
    document_kind = models.TextField(default="", blank=True)
    document = EncryptedTextField(purpose="card_issuing.document", null=True)
    unit = models.TextField(default="", blank=True)
    category = models.TextField(default="", blank=True)
    photo_name = models.TextField(default="", blank=True)
    phone = EncryptedTextField(purpose="card_issuing.phone", null=True)
    collector = models.TextField(default="", blank=True)
    valid_until = models.TextField(default="", blank=True)
    errors: Any = models.JSONField(default=dict)
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    card = models.ForeignKey(Card, null=True, on_delete=models.PROTECT, related_name="+")
    photo_path = models.TextField(default="", blank=True)
    photo_note = models.TextField(default="", blank=True)
    photo_seen_at = models.DateTimeField(
        null=True, help_text="a clerk looked at this very photo and took it for a face"
    )
    photo_seen_by_name = models.TextField(default="", blank=True)
    is_photo_back = models.BooleanField(default=False, help_text="a clerk sent the photo back, and no other came since")
    fee_fen = models.BigIntegerField(default=0)
    state = models.TextField(choices=State, default=State.WAITING)
    plastic_uid = models.TextField(
        null=True, unique=True, help_text="the chip's; the card answers to it once handed over"
    )
    made_at = models.DateTimeField(null=True)
    pickup_code = EncryptedTextField(purpose="card_issuing.pickup_code", null=True)
    handed_at = models.DateTimeField(null=True)
    handed_by_name = models.TextField(default="", blank=True)
    handed_how = models.TextField(choices=How, default="", blank=True)
    handed_to = models.TextField(default="", blank=True)
    handed_document = models.TextField(default="", blank=True)

    class Meta:
        db_table = "card_order_row"
        indexes = [models.Index(fields=["person"], name="card_order_row_person")]
        constraints = [
            models.UniqueConstraint(fields=["order", "line"], name="card_order_row_line_once"),
            models.UniqueConstraint(
                fields=["card"], condition=Q(state__in=["waiting", "made"]), name="card_order_row_one_in_making"
            ),
            models.CheckConstraint(
                condition=Q(plastic_uid=None) | Q(plastic_uid__regex=r"^([0-9A-F]{8}|[0-9A-F]{14})$"),
                name="card_order_row_uid_shape",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["made", "handed"]) | Q(plastic_uid__isnull=False, card__isnull=False),
                name="card_order_row_made_has_plastic",
            ),
            models.CheckConstraint(
                condition=~Q(state="handed") | (Q(handed_at__isnull=False) & ~Q(handed_how="") & ~Q(handed_to="")),
                name="card_order_row_handed_to_somebody",
            ),
            models.CheckConstraint(condition=Q(fee_fen__gte=0), name="card_order_row_fee"),
            models.CheckConstraint(
                condition=Q(photo_path="") | Q(card=None) | Q(photo_seen_at__isnull=False),
                name="card_order_row_photo_seen",
            ),
        ]


class Proof(models.Model):
    """A scan of what somebody showed (证明材料), encrypted; opened for a stated purpose only."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    row = models.ForeignKey(OrderRow, on_delete=models.PROTECT, related_name="proofs")
    file_name = models.TextField()
    content = EncryptedTextField(purpose="card_issuing.proof")
    content_type = models.TextField()
    added_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_order_proof"


class FeePayment(models.Model):
    """The fee of a card (工本费), once for each row. Never paid back (manual §5.4.4)."""

    class Method(models.TextChoices):
        CASH = "cash", _("现金")
        WALLET = "wallet", _("校园卡余额")

    row = models.OneToOneField(OrderRow, on_delete=models.PROTECT, related_name="fee_payment")
    amount_fen = models.BigIntegerField()
    method = models.TextField(choices=Method)
    entry_id = models.BigIntegerField()
    receipt_id = models.BigIntegerField(null=True, help_text="of the wallet's statement, where it paid")
    clerk = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    clerk_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_fee_payment"
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_fee_payment_amount")]


class Regulation(models.Model):
    """A version of a text that holders accept (管理规定, 资金结算管理办法). Never changed; a new version is a new row."""

    key = models.TextField()
    version = models.PositiveIntegerField()
    title = models.TextField()
    document_no = models.TextField(default="", blank=True)
    body = models.TextField(help_text="Markdown")
    effective_on = models.DateField()
    published_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_regulation"
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="card_regulation_version_once")]


class Acceptance(models.Model):
    """A holder accepted this version, when the card was handed over or on the page."""

    regulation = models.ForeignKey(Regulation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    row = models.ForeignKey(OrderRow, null=True, on_delete=models.PROTECT, related_name="+")
    how = models.TextField(help_text="handed_over or page")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_regulation_acceptance"
        constraints = [models.UniqueConstraint(fields=["regulation", "person"], name="card_acceptance_once")]


class Letter(models.Model):
    """What the office told somebody by SMS or mail (短信记录), once for each key."""

    key = models.TextField(unique=True)
    kind = models.TextField(help_text="ready, expiring, expired")
    channel = models.TextField(help_text="sms, mail, none")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    row = models.ForeignKey(OrderRow, null=True, on_delete=models.PROTECT, related_name="letters")
    to_masked = models.TextField(default="", blank=True)
    text = EncryptedTextField(purpose="card_issuing.letter")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_letter"
        indexes = [models.Index(fields=["-created_at"], name="card_letter_newest")]


class QueueTicket(models.Model):
    """A place in the office's queue of a day (排队取号)."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等候")
        CALLED = "called", _("请到窗口")
        DONE = "done", _("已办")
        MISSED = "missed", _("过号")

    day = models.DateField()
    number = models.PositiveIntegerField()
    holder = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=State, default=State.WAITING)
    window = models.TextField(default="", blank=True)
    called_by_name = models.TextField(default="", blank=True)
    called_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_queue_ticket"
        constraints = [
            models.UniqueConstraint(fields=["day", "number"], name="card_queue_number_once"),
            models.UniqueConstraint(
                fields=["day", "holder"], condition=Q(state__in=["waiting", "called"]), name="card_queue_one_place_each"
            ),
        ]
