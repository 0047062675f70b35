from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("card", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Machine",
            fields=[
                (
                    "terminal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="machine",
                        serialize=False,
                        to="card.posterminal",
                    ),
                ),
                ("yard", models.TextField(help_text="the part of the campus, such as 南院")),
                ("map_x", models.PositiveSmallIntegerField(help_text="per mille of the map's width")),
                ("map_y", models.PositiveSmallIntegerField()),
                (
                    "paper",
                    models.TextField(choices=[("full", "有纸"), ("low", "纸将用完"), ("out", "缺纸")], default="full"),
                ),
                (
                    "cards_left",
                    models.PositiveSmallIntegerField(help_text="blank cards; null where it holds none", null=True),
                ),
                (
                    "fault",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("", "无故障"),
                            ("jam", "卡道堵卡"),
                            ("reader", "读卡器故障"),
                            ("writer", "写卡器故障"),
                            ("printer", "打印机故障"),
                        ],
                        default="",
                    ),
                ),
                (
                    "said_at",
                    models.DateTimeField(
                        help_text="the machine's own clock: of two reports the younger counts", null=True
                    ),
                ),
                ("reported_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "card_machine",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("paper__in", ["full", "low", "out"])), name="card_machine_paper"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fault__in", ["", "jam", "reader", "writer", "printer"])),
                        name="card_machine_fault",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("map_x__lte", 1000), ("map_y__lte", 1000)), name="card_machine_on_map"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.BigIntegerField()),
                ("operation", models.TextField()),
                ("fingerprint", models.BinaryField(help_text="SHA-256 of operation and body, as sent")),
                ("status", models.PositiveSmallIntegerField()),
                ("answer", models.BinaryField()),
                ("answered_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.posterminal"
                    ),
                ),
            ],
            options={
                "db_table": "card_device_request",
                "constraints": [
                    models.UniqueConstraint(fields=("terminal", "sequence"), name="card_device_request_once"),
                    models.CheckConstraint(
                        condition=models.Q(("sequence__gte", 1)), name="card_device_request_sequence"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MachineAlarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("offline", "失去联系"),
                            ("paper_low", "纸将用完"),
                            ("paper_out", "缺纸"),
                            ("cards_low", "空白卡不足"),
                            ("cards_out", "空白卡用完"),
                            ("jam", "卡道堵卡"),
                            ("reader", "读卡器故障"),
                            ("writer", "写卡器故障"),
                            ("printer", "打印机故障"),
                        ]
                    ),
                ),
                ("raised_at", models.DateTimeField()),
                ("cleared_at", models.DateTimeField(null=True)),
                (
                    "machine",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="alarms", to="card_devices.machine"
                    ),
                ),
            ],
            options={
                "db_table": "card_machine_alarm",
                "indexes": [models.Index(fields=["-raised_at"], name="card_machine_alarm_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cleared_at__isnull", True)),
                        fields=("machine", "kind"),
                        name="card_machine_alarm_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cleared_at__isnull", True), ("cleared_at__gte", models.F("raised_at")), _connector="OR"
                        ),
                        name="card_machine_alarm_ends_after",
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
