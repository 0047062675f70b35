from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Terminal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(unique=True)),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("pos", "消费机"),
                            ("scanner", "扫码机"),
                            ("door", "门禁控制器"),
                            ("load_kiosk", "圈存机"),
                            ("reissue_kiosk", "自助补卡机"),
                            ("self_service_kiosk", "自助查询一体机"),
                        ],
                        default="pos",
                    ),
                ),
                ("place", models.TextField(blank=True, default="")),
                ("key", nanhu.kernel.crypto.EncryptedTextField(purpose="terminals.key")),
                ("key_version", models.PositiveIntegerField(default=1)),
                (
                    "former_key",
                    nanhu.kernel.crypto.EncryptedTextField(
                        help_text="what still signs by it shared the key with whoever used the next one",
                        null=True,
                        purpose="terminals.key",
                    ),
                ),
                ("former_until", models.DateTimeField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[("on", "已启用"), ("off", "已停用"), ("retired", "已撤机")], default="on"
                    ),
                ),
                ("last_sequence", models.BigIntegerField(default=0)),
                (
                    "sequence_ceiling",
                    models.BigIntegerField(
                        help_text="sequences above it were used by mistake and are not told to the terminal as its last",
                        null=True,
                    ),
                ),
                ("last_seen", models.DateTimeField(null=True)),
                (
                    "clock_offset_seconds",
                    models.FloatField(help_text="its clock less ours, when it last spoke", null=True),
                ),
                ("retired_at", models.DateTimeField(null=True)),
                (
                    "lost_rows",
                    models.PositiveIntegerField(
                        default=0, help_text="kept by it and never sent, when it was taken away"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "accepter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "registrar",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("terminal_number", models.TextField()),
                ("address", models.TextField(default="")),
                ("code", models.TextField()),
                ("detail", models.TextField(default="")),
                ("times", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [models.Index(fields=["-at"], name="terminals_incident_at")],
            },
        ),
        migrations.CreateModel(
            name="Address",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.TextField()),
                ("first_seen", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_seen", models.DateTimeField(default=django.utils.timezone.now)),
                ("times", models.BigIntegerField(default=1)),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="terminals.terminal"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NextKey",
            fields=[
                (
                    "terminal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="terminals.terminal",
                    ),
                ),
                ("key", nanhu.kernel.crypto.EncryptedTextField(purpose="terminals.key")),
                ("version", models.PositiveIntegerField()),
                ("opens_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "db_table": "terminals_next_key",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("opens_at"))), name="terminals_next_key_window"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="terminal",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__regex", "^[0-9A-Z]{4,16}$")), name="terminals_number_shape"
            ),
        ),
        migrations.AddConstraint(
            model_name="terminal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("retired_at__isnull", True), ("state__in", ["on", "off"])),
                    models.Q(("retired_at__isnull", False), ("state", "retired")),
                    _connector="OR",
                ),
                name="terminals_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="terminal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("registrar__isnull", True),
                    ("accepter__isnull", True),
                    models.Q(("registrar", models.F("accepter")), _negated=True),
                    _connector="OR",
                ),
                name="terminals_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="terminal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["pos", "scanner", "door", "load_kiosk", "reissue_kiosk", "self_service_kiosk"])
                ),
                name="terminals_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="terminal",
            constraint=models.CheckConstraint(condition=models.Q(("last_sequence__gte", 0)), name="terminals_sequence"),
        ),
        migrations.AddConstraint(
            model_name="address",
            constraint=models.UniqueConstraint(fields=("terminal", "address"), name="terminals_address_once"),
        ),
        migrations.CreateModel(
            name="LoggedRequest",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="terminals.terminal"
                    ),
                ),
            ],
            options={
                "db_table": "terminals_request_log",
                "constraints": [
                    models.UniqueConstraint(fields=("terminal", "sequence"), name="terminals_request_log_once"),
                    models.CheckConstraint(
                        condition=models.Q(("sequence__gte", 1)), name="terminals_request_log_sequence"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Kiosk",
            fields=[
                (
                    "terminal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="kiosk",
                        serialize=False,
                        to="terminals.terminal",
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
                        help_text="the kiosk's own clock: of two reports the younger counts", null=True
                    ),
                ),
                ("reported_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "terminals_kiosk",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("paper__in", ["full", "low", "out"])), name="terminals_kiosk_paper"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fault__in", ["", "jam", "reader", "writer", "printer"])),
                        name="terminals_kiosk_fault",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("map_x__lte", 1000), ("map_y__lte", 1000)), name="terminals_kiosk_on_map"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KioskAlarm",
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
                    "kiosk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="alarms", to="terminals.kiosk"
                    ),
                ),
            ],
            options={
                "db_table": "terminals_kiosk_alarm",
                "indexes": [models.Index(fields=["-raised_at"], name="terminals_kiosk_alarm_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cleared_at__isnull", True)),
                        fields=("kiosk", "kind"),
                        name="terminals_kiosk_alarm_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cleared_at__isnull", True), ("cleared_at__gte", models.F("raised_at")), _connector="OR"
                        ),
                        name="terminals_kiosk_alarm_ends_after",
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
