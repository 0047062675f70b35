from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.systems.card.models import PosTerminal


class DeviceRequest(models.Model):
    """What a terminal was told at the services door, once per sequence, to be told again byte for byte. Append-only."""

    terminal = models.ForeignKey(PosTerminal, on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField()
    operation = models.TextField()
    fingerprint = models.BinaryField(help_text="SHA-256 of operation and body, as sent")
    status = models.PositiveSmallIntegerField()
    answer = models.BinaryField()
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_device_request"
        constraints = [
            models.UniqueConstraint(fields=["terminal", "sequence"], name="card_device_request_once"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="card_device_request_sequence"),
        ]


class Machine(models.Model):
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

    terminal = models.OneToOneField(PosTerminal, primary_key=True, on_delete=models.PROTECT, related_name="machine")
    yard = models.TextField(help_text="the part of the campus, such as 南院")
    map_x = models.PositiveSmallIntegerField(help_text="per mille of the map's width")
    map_y = models.PositiveSmallIntegerField()
    paper = models.TextField(choices=Paper, default=Paper.FULL)
    cards_left = models.PositiveSmallIntegerField(null=True, help_text="blank cards; null where it holds none")
    fault = models.TextField(choices=Fault, default=Fault.NONE, blank=True)
    said_at = models.DateTimeField(null=True, help_text="the machine's own clock: of two reports the younger counts")
    reported_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_machine"
        constraints = [
            models.CheckConstraint(condition=Q(paper__in=["full", "low", "out"]), name="card_machine_paper"),
            models.CheckConstraint(
                condition=Q(fault__in=["", "jam", "reader", "writer", "printer"]), name="card_machine_fault"
            ),
            models.CheckConstraint(condition=Q(map_x__lte=1000, map_y__lte=1000), name="card_machine_on_map"),
        ]


class MachineAlarm(models.Model):
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

    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, related_name="alarms")
    kind = models.TextField(choices=Kind)
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_machine_alarm"
        indexes = [models.Index(fields=["-raised_at"], name="card_machine_alarm_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["machine", "kind"], condition=Q(cleared_at__isnull=True), name="card_machine_alarm_once"
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True) | Q(cleared_at__gte=models.F("raised_at")),
                name="card_machine_alarm_ends_after",
            ),
        ]
