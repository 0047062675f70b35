"""Items (失物), their photos, claims (认领), relayed conversations (留言), looks at phones, reports of abuse (举报), hand-overs (签收)."""

from typing import Any, ClassVar, Final
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.registry import Text
from nanhu.services.lostfound.rules import ICONS

SHORT: Final = 24
STATE_TONES: Final[dict[str, Tone]] = {
    "pending": "warn",
    "open": "info",
    "rejected": "bad",
    "found": "good",
    "returned": "good",
    "guarded": "warn",
}


WITHHELD: Final = ("pending", "rejected", "guarded")


class Item(models.Model):
    """Something lost or found. It is on the board while it is OPEN, not hidden and not over; while `review_due_at` stands it waits for a
    review. `approved_at` goes with a rejection: without it nothing comes back on the board but by another review."""

    what: ClassVar[Text] = _("这件失物")

    class Kind(models.TextChoices):
        LOST = "lost", pgettext_lazy("item", "丢失")
        FOUND = "found", _("捡到")

    class Category(models.TextChoices):
        CARD = "card", _("卡证")
        PHONE = "phone", _("手机")
        DEVICE = "device", _("电子")
        BOOK = "book", _("书")
        CLOTHES = "clothes", _("衣物")
        KEY = "key", _("钥匙")
        UMBRELLA = "umbrella", _("雨伞")
        CASH = "cash", _("现金")
        OTHER = "other", _("其他物品")

    class State(models.TextChoices):
        PENDING = "pending", _("待审")
        OPEN = "open", _("寻找中")
        REJECTED = "rejected", _("驳回")
        FOUND = "found", _("已找到")
        RETURNED = "returned", _("已归还")
        CLOSED = "closed", pgettext_lazy("item", "关闭")
        EXPIRED = "expired", _("过期")
        GUARDED = "guarded", _("转保卫处")

    ANSWERED: ClassVar = (State.OPEN, State.EXPIRED)
    """While a claim waits for its answer."""

    class Keeper(models.TextChoices):
        SELF = "self", _("我自己保管")
        DESK = "desk", _("交到失物招领处")

    public_id = models.UUIDField(default=uuid4, unique=True)
    kind = models.TextField(choices=Kind)
    category = models.TextField(choices=Category)
    words = models.TextField()
    amount_fen = models.PositiveBigIntegerField(null=True, help_text="of cash")
    place = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+")
    place_words = models.TextField(default="", blank=True)
    happened_at = models.DateTimeField(help_text="when it was lost or found")
    keeper = models.TextField(choices=Keeper, default=Keeper.SELF)
    phone: Any = EncryptedTextField(purpose="lostfound.phone", null=True)
    phone_masked = models.TextField(default="", blank=True)
    mark: Any = EncryptedTextField(
        purpose="lostfound.mark", null=True, help_text="shown to nobody; claims are compared with it"
    )
    searched = models.TextField(help_text="everything it answers to, folded, with pinyin and initials")
    state = models.TextField(choices=State, default=State.PENDING)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.TextField()
    review_due_at: Any = models.DateTimeField(
        null=True, help_text="until when somebody should have reviewed it; null: nothing waits"
    )
    alarmed_at: Any = models.DateTimeField(null=True)
    shows_photos = models.BooleanField(default=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewer_name = models.TextField(default="", blank=True)
    reviewed_at: Any = models.DateTimeField(null=True)
    answer = models.TextField(default="", blank=True, help_text="why it was rejected")
    approved_at: Any = models.DateTimeField(null=True)
    hidden_at: Any = models.DateTimeField(null=True, help_text="reported, until it is reviewed")
    expires_on = models.DateField()
    prolonged_at: Any = models.DateTimeField(null=True)
    ended_at: Any = models.DateTimeField(null=True)
    locked_at: Any = models.DateTimeField(null=True, help_text="three claims were wrong")
    unlocked_at: Any = models.DateTimeField(null=True, help_text="wrong claims count from here on")
    is_of_desk = models.BooleanField(default=False, help_text="taken in by the desk itself, published by nobody")
    handed_in_at: Any = models.DateTimeField(null=True)
    handed_in_by_name = models.TextField(default="", blank=True)
    shelf = models.TextField(default="", blank=True)
    owner_key = models.UUIDField(null=True, unique=True, help_text="of a found card: told to its owner alone")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "lostfound_item"
        indexes = [
            models.Index(
                fields=["-created_at"], condition=Q(state="open", hidden_at=None), name="lostfound_item_board"
            ),
            models.Index(fields=["category", "happened_at"], condition=Q(state="open"), name="lostfound_item_match"),
            models.Index(
                fields=["review_due_at"], condition=Q(review_due_at__isnull=False), name="lostfound_item_review"
            ),
            models.Index(fields=["keeper", "state"], condition=Q(keeper="desk"), name="lostfound_item_desk"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="lostfound_item_says"),
            models.CheckConstraint(
                condition=Q(place__isnull=False) | ~Q(place_words=""), name="lostfound_item_is_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(category="cash", amount_fen__isnull=False, amount_fen__gt=0)
                | ~Q(category="cash") & Q(amount_fen=None),
                name="lostfound_item_cash_has_a_sum",
            ),
            models.CheckConstraint(
                condition=Q(reviewer=None) | ~Q(reviewer=F("author")), name="lostfound_item_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected", answer=""), name="lostfound_item_rejected_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "open", "guarded"], ended_at=None)
                | Q(state="rejected", ended_at__isnull=False, review_due_at=None, approved_at=None)
                | Q(state__in=["found", "returned", "closed", "expired"], ended_at__isnull=False)
                & (Q(review_due_at=None) | Q(hidden_at__isnull=False)),
                name="lostfound_item_ends",
            ),
            models.CheckConstraint(
                condition=Q(hidden_at=None) | Q(review_due_at__isnull=False),
                name="lostfound_item_hidden_until_reviewed",
            ),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(approved_at__isnull=False) | Q(review_due_at__isnull=False),
                name="lostfound_item_shown_is_reviewed",
            ),
            models.CheckConstraint(
                condition=Q(reviewer=None, reviewed_at=None) | Q(reviewer__isnull=False, reviewed_at__isnull=False),
                name="lostfound_item_reviewed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(handed_in_at=None, shelf="")
                | Q(handed_in_at__isnull=False, kind="found", keeper="desk") & ~Q(shelf=""),
                name="lostfound_item_lies_on_a_shelf",
            ),
            models.CheckConstraint(
                condition=Q(kind="found") | Q(keeper="self"), name="lostfound_item_lost_is_kept_by_nobody"
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_masked="") | Q(phone__isnull=False) & ~Q(phone_masked=""),
                name="lostfound_item_phone_masked",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        first = self.words.splitlines()[0]
        return first if len(first) <= SHORT else f"{first[:SHORT]}…"

    @property
    def is_withheld(self) -> bool:
        """From who had to do with it before: what it says now waits for a review, or did not pass."""
        return self.hidden_at is not None or self.answer != "" or self.state in WITHHELD

    @property
    def public_title(self) -> str:
        return str(_("不在广场上的失物")) if self.is_withheld else self.title

    @property
    def where(self) -> str:
        """The building with its room: 图书馆 三楼."""
        return " ".join(filter(None, (self.place.full_name if self.place else "", self.place_words)))

    @property
    def icon(self) -> str:
        return ICONS[self.category]

    @property
    def tone(self) -> str:
        return "good" if self.kind == self.Kind.FOUND else "warn"

    @property
    def state_tone(self) -> Tone:
        return STATE_TONES.get(self.state, "none")

    def wrong_state(self) -> WrongStateError:
        return WrongStateError(what=self.what, state=self.get_state_display())


class Photo(models.Model):
    """A picture made anew, large and small; its content lies in the kernel's store."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="photos")
    large = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    small = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "lostfound_photo"
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.public_id)


class Claim(models.Model):
    """Somebody says that a found thing is theirs, and describes its mark. Once a person and item."""

    what: ClassVar[Text] = _("这次认领")

    class State(models.TextChoices):
        WAITING = "waiting", _("等答复")
        RIGHT = "right", _("说对了")
        WRONG = "wrong", _("没说对")
        OVER = "over", _("不用再答")

    public_id = models.UUIDField(default=uuid4, unique=True)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="claims")
    claimer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    claimer_name = models.TextField()
    mark: Any = EncryptedTextField(purpose="lostfound.claim", null=True)
    state = models.TextField(choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at: Any = models.DateTimeField(null=True)
    decided_by_name = models.TextField(default="", blank=True)

    class Meta:
        db_table = "lostfound_claim"
        constraints = [
            models.UniqueConstraint(fields=["item", "claimer"], name="lostfound_claim_once"),
            models.UniqueConstraint(fields=["item"], condition=Q(state="right"), name="lostfound_claim_one_is_right"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None)
                | Q(state__in=["right", "wrong", "over"], decided_at__isnull=False),
                name="lostfound_claim_decided",
            ),
        ]

    def __str__(self) -> str:
        return self.claimer_name

    def wrong_state(self) -> WrongStateError:
        return WrongStateError(what=self.what, state=self.get_state_display())


class Conversation(models.Model):
    """Between an item's author and one other person (`guest`); neither is told the other's number."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="conversations")
    guest = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_read_at: Any = models.DateTimeField(null=True)
    guest_read_at: Any = models.DateTimeField(null=True)
    closed_at: Any = models.DateTimeField(null=True, help_text="one of the two wants no more of it")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "lostfound_conversation"
        constraints = [models.UniqueConstraint(fields=["item", "guest"], name="lostfound_conversation_once")]

    def __str__(self) -> str:
        return str(self.item)


class Message(models.Model):
    """What finder and loser write to each other in the relay, without a number of either."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "lostfound_message"
        ordering = ("at", "pk")
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="lostfound_message_says")]

    def __str__(self) -> str:
        return self.words


class PhoneLook(models.Model):
    """Somebody looked at the phone left with an item; the same day again is the same look."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="looks")
    viewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    viewer_name = models.TextField()
    on = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "lostfound_phone_look"
        ordering = ("-at",)
        constraints = [models.UniqueConstraint(fields=["item", "viewer", "on"], name="lostfound_phone_look_once_a_day")]

    def __str__(self) -> str:
        return self.viewer_name


class AbuseReport(models.Model):
    """Somebody says that an item does not belong on the board; once a person and item."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="reports")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.TextField()
    reason = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "lostfound_report"
        ordering = ("at",)
        constraints = [
            models.UniqueConstraint(fields=["item", "author"], name="lostfound_report_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="lostfound_report_says_why"),
        ]

    def __str__(self) -> str:
        return self.reason


class TalkReport(models.Model):
    """One side says that what the other wrote in a conversation is abuse; once a person and conversation, which it ends. Judged by a reviewer
    who is neither, and who reads what was written only after a look that is on record."""

    what: ClassVar[Text] = _("这次举报")

    public_id = models.UUIDField(default=uuid4, unique=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="reports")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    accused = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    read_by: Any = ArrayField(
        models.BigIntegerField(), default=list, help_text="accounts that read the words, each on record"
    )
    judge = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    judged_at: Any = models.DateTimeField(null=True)

    class Meta:
        db_table = "lostfound_talk_report"
        constraints = [
            models.UniqueConstraint(fields=["conversation", "author"], name="lostfound_talk_report_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="lostfound_talk_report_says_why"),
            models.CheckConstraint(condition=~Q(author=F("accused")), name="lostfound_talk_report_of_the_other"),
            models.CheckConstraint(
                condition=Q(judge=None, judged_at=None)
                | Q(judge__isnull=False, judged_at__isnull=False) & ~Q(judge=F("author")) & ~Q(judge=F("accused")),
                name="lostfound_talk_report_judged_by_a_third",
            ),
            models.CheckConstraint(
                condition=Q(judge=None) | Q(read_by__contains=[F("judge")]), name="lostfound_talk_report_judge_read_it"
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class RelayBar(models.Model):
    """Who wrote abuse writes no messages until a day. He may object once; another reviewer answers."""

    what: ClassVar[Text] = _("这次停用留言")

    public_id = models.UUIDField(default=uuid4, unique=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(TalkReport, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField()
    until = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    objection = models.TextField(default="", blank=True)
    objected_at: Any = models.DateTimeField(null=True)
    answer = models.TextField(default="", blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at: Any = models.DateTimeField(null=True)

    class Meta:
        db_table = "lostfound_relay_bar"
        indexes = [models.Index(fields=["account", "-until"], name="lostfound_relay_bar_of")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(account=F("by")), name="lostfound_relay_bar_by_another"
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None, answer="", lifted_at=None)
                | Q(answered_by__isnull=False, objected_at__isnull=False)
                & ~Q(answer="")
                & ~Q(answered_by=F("by"))
                & ~Q(answered_by=F("account")),
                name="lostfound_relay_bar_answered_by_a_third",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class HandOver(models.Model):
    """The desk gave it to whoever fetched it, who signs: signed in, or on a paper slip with a number."""

    class Document(models.TextChoices):
        CAMPUS_CARD = "campus_card", _("校园卡")
        ID_CARD = "id_card", _("身份证")
        OTHER = "other", _("其他证件")

    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="hand_over")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    giver_name = models.TextField()
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    receiver_name = models.TextField()
    document = models.TextField(choices=Document)
    slip = models.TextField(default="", blank=True, help_text="number of the paper that was signed")
    signed_at: Any = models.DateTimeField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "lostfound_hand_over"
        constraints = [
            models.UniqueConstraint(fields=["slip"], condition=~Q(slip=""), name="lostfound_hand_over_slip_once"),
            models.CheckConstraint(
                condition=Q(receiver=None) | ~Q(receiver=F("giver")), name="lostfound_hand_over_two_people"
            ),
            models.CheckConstraint(
                condition=Q(receiver__isnull=False) | ~Q(slip="") & Q(signed_at__isnull=False),
                name="lostfound_hand_over_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.receiver_name
