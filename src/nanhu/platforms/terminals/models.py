from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField


@known(kind="terminals_kind_is_known")
class Terminal(models.Model):
    """A device in the field: a point of sale (消费机), a kiosk, a door. Its key never leaves the database unencrypted.

    Sequences belong to the device: every request of it that counts takes one, whichever endpoint answers.
    """

    class Kind(models.TextChoices):
        POS = "pos", _("消费机")
        SCANNER = "scanner", _("扫码机")
        DOOR = "door", _("门禁控制器")
        LOAD_KIOSK = "load_kiosk", _("圈存机")
        REISSUE_KIOSK = "reissue_kiosk", _("自助补卡机")
        SELF_SERVICE_KIOSK = "self_service_kiosk", _("自助查询一体机")

    class State(models.TextChoices):
        ON = "on", _("已启用")
        OFF = "off", _("已停用")
        RETIRED = "retired", _("已撤机")

    number = models.TextField(unique=True)
    kind = models.TextField(choices=Kind, default=Kind.POS)
    place = models.TextField(default="", blank=True)
    key = EncryptedTextField(purpose="terminals.key")
    key_version = models.PositiveIntegerField(default=1)
    former_key: Any = EncryptedTextField(
        purpose="terminals.key",
        null=True,
        help_text="what still signs by it shared the key with whoever used the next one",
    )
    former_until = models.DateTimeField(null=True)
    state = models.TextField(choices=State, default=State.ON)
    last_sequence = models.BigIntegerField(default=0)
    sequence_ceiling = models.BigIntegerField(
        null=True, help_text="sequences above it were used by mistake and are not told to the terminal as its last"
    )
    last_seen = models.DateTimeField(null=True)
    clock_offset_seconds = models.FloatField(null=True, help_text="its clock less ours, when it last spoke")
    registrar = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    accepter = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True)
    lost_rows = models.PositiveIntegerField(default=0, help_text="kept by it and never sent, when it was taken away")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9A-Z]{4,16}$"), name="terminals_number_shape"),
            models.CheckConstraint(
                condition=Q(state__in=["on", "off"], retired_at__isnull=True)
                | Q(state="retired", retired_at__isnull=False),
                name="terminals_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(registrar__isnull=True) | Q(accepter__isnull=True) | ~Q(registrar=models.F("accepter")),
                name="terminals_two_people",
            ),
            models.CheckConstraint(condition=Q(last_sequence__gte=0), name="terminals_sequence"),
        ]


KIOSKS = frozenset({Terminal.Kind.LOAD_KIOSK, Terminal.Kind.REISSUE_KIOSK, Terminal.Kind.SELF_SERVICE_KIOSK})


class NextKey(models.Model):
    """The key a terminal is to change to. Until it used it, or the window ends, both keys are good."""

    terminal = models.OneToOneField(Terminal, primary_key=True, on_delete=models.PROTECT, related_name="+")
    key = EncryptedTextField(purpose="terminals.key")
    version = models.PositiveIntegerField()
    opens_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "terminals_next_key"
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("opens_at")), name="terminals_next_key_window")
        ]


class Address(models.Model):
    """Where a terminal's key was used from. A second address at the same time means that somebody else has the key."""

    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="+")
    address = models.TextField()
    first_seen = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    times = models.BigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["terminal", "address"], name="terminals_address_once")]


class LoggedRequest(models.Model):
    """The request log of the services endpoint: what was answered, once per sequence, to be answered again byte for byte. Append-only."""

    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField()
    operation = models.TextField()
    fingerprint = models.BinaryField(help_text="SHA-256 of operation and body, as sent")
    status = models.PositiveSmallIntegerField()
    answer = models.BinaryField()
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "terminals_request_log"
        constraints = [
            models.UniqueConstraint(fields=["terminal", "sequence"], name="terminals_request_log_once"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="terminals_request_log_sequence"),
        ]


class Incident(models.Model):
    """A request that was refused before it could count: a foreign key, a wrong clock, an unknown terminal, garbage."""

    at = models.DateTimeField(default=timezone.now)
    terminal_number = models.TextField()
    address = models.TextField(default="")
    code = models.TextField()
    detail = models.TextField(default="")
    times = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="terminals_incident_at")]


@known(paper="terminals_kiosk_paper", fault="terminals_kiosk_fault")
class Kiosk(models.Model):
    """A kiosk that stands somewhere for everybody: where on the map, and what it last said of itself (`kiosk/report`)."""

    class Paper(models.TextChoices):
        FULL = "full", _("有纸")
        LOW = "low", _("纸将用完")
        OUT = "out", _("缺纸")

    class Fault(models.TextChoices):
        NONE = "", _("无故障")
        JAM = "jam", _("卡道堵卡")
        READER = "reader", _("读卡器故障")
        WRITER = "writer", _("写卡器故障")
        PRINTER = "printer", _("打印机故障")

    terminal = models.OneToOneField(Terminal, primary_key=True, on_delete=models.PROTECT, related_name="kiosk")
    yard = models.TextField(help_text="the part of the campus, such as 南院")
    map_x = models.PositiveSmallIntegerField(help_text="per mille of the map's width")
    map_y = models.PositiveSmallIntegerField()
    paper = models.TextField(choices=Paper, default=Paper.FULL)
    cards_left = models.PositiveSmallIntegerField(null=True, help_text="blank cards; null where it holds none")
    fault = models.TextField(choices=Fault, default=Fault.NONE, blank=True)
    said_at = models.DateTimeField(null=True, help_text="the kiosk's own clock: of two reports the younger counts")
    reported_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "terminals_kiosk"
        constraints = [
            models.CheckConstraint(condition=Q(map_x__lte=1000, map_y__lte=1000), name="terminals_kiosk_on_map"),
        ]


class KioskAlarm(models.Model):
    """Something a technician must see to, from the moment it was noticed until it was mended; one of a kind at a time."""

    class Kind(models.TextChoices):
        OFFLINE = "offline", _("失去联系")
        PAPER_LOW = "paper_low", _("纸将用完")
        PAPER_OUT = "paper_out", _("缺纸")
        CARDS_LOW = "cards_low", _("空白卡不足")
        CARDS_OUT = "cards_out", _("空白卡用完")
        JAM = "jam", _("卡道堵卡")
        READER = "reader", _("读卡器故障")
        WRITER = "writer", _("写卡器故障")
        PRINTER = "printer", _("打印机故障")

    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="alarms")
    kind = models.TextField(choices=Kind)
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "terminals_kiosk_alarm"
        indexes = [models.Index(fields=["-raised_at"], name="terminals_kiosk_alarm_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["kiosk", "kind"], condition=Q(cleared_at__isnull=True), name="terminals_kiosk_alarm_once"
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True) | Q(cleared_at__gte=models.F("raised_at")),
                name="terminals_kiosk_alarm_ends_after",
            ),
        ]
