import uuid
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
        ("ledger", "0001_initial"),
        ("card", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Chip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.TextField(unique=True)),
                ("key_version", models.PositiveSmallIntegerField()),
                ("algorithm", models.TextField(choices=[("triple_des", "3DES"), ("sm4", "SM4")])),
                ("balance_fen", models.BigIntegerField(default=0)),
                ("online_counter", models.PositiveIntegerField(default=0)),
                ("offline_counter", models.PositiveIntegerField(default=0)),
                ("opening_fen", models.BigIntegerField()),
                ("opening_chip_fen", models.BigIntegerField(default=0)),
                ("opening_receipt", models.BigIntegerField()),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "card",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="chip", to="card.card"
                    ),
                ),
            ],
            options={
                "db_table": "card_chip",
            },
        ),
        migrations.CreateModel(
            name="ChipRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(choices=[("purchase", "消费"), ("load", "领款写卡")])),
                (
                    "counter",
                    models.PositiveIntegerField(help_text="offline for purchases, online for loads, before the deed"),
                ),
                ("amount_fen", models.BigIntegerField()),
                ("balance_before_fen", models.BigIntegerField()),
                ("term_seq", models.BigIntegerField(help_text="the PSAM's own, for purchases", null=True)),
                ("tac", models.TextField()),
                ("at", models.DateTimeField()),
                ("receipt_id", models.BigIntegerField(unique=True)),
                (
                    "offline_counter",
                    models.PositiveIntegerField(
                        help_text="of a load: how many purchases the card had counted, where the terminal read it",
                        null=True,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "chip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="card_chip.chip"
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="terminals.terminal"
                    ),
                ),
            ],
            options={
                "db_table": "card_chip_row",
            },
        ),
        migrations.CreateModel(
            name="MasterKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("usage", models.TextField(choices=[("load", "圈存"), ("purchase", "消费"), ("tac", "TAC")])),
                ("version", models.PositiveSmallIntegerField()),
                ("algorithm", models.TextField(choices=[("triple_des", "3DES"), ("sm4", "SM4")])),
                ("material", nanhu.kernel.crypto.EncryptedTextField(purpose="card.chip_key")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "card_chip_key",
                "constraints": [
                    models.UniqueConstraint(fields=("usage", "version"), name="card_chip_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1), ("version__lte", 255)), name="card_chip_key_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("usage__in", ["load", "purchase", "tac"])), name="card_chip_key_usage"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("algorithm__in", ["triple_des", "sm4"])), name="card_chip_key_algorithm"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SuspenseCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.BigIntegerField()),
                (
                    "reason",
                    models.TextField(
                        choices=[
                            ("tac_wrong", "交易验证码不符"),
                            ("chip_counter_reused", "计数器重复，疑为复制卡"),
                            ("no_payment", "没有对应的联机消费"),
                            ("chip_missing", "有芯片的卡没有交易验证码"),
                            ("offline_payment", "单笔超过脱机限额"),
                            ("offline_card", "一张卡当日脱机合计超限"),
                            ("offline_total", "本机当日脱机合计超限"),
                            ("offline_rows", "本机当日脱机笔数超限"),
                            ("offline_too_old", "交易时间过早，或早于本机上次联机"),
                            ("amount_too_large", "金额超过单笔上限"),
                            ("amount_invalid", "金额不是大于零的整数分"),
                            ("untold_write", "报为未写卡的领款已写入卡中"),
                            ("chip_behind", "芯片计数落后于记录，疑为复制卡"),
                        ]
                    ),
                ),
                ("amount_fen", models.BigIntegerField(null=True)),
                ("row", models.JSONField(help_text="as it came")),
                ("state", models.TextField(choices=[("open", "待查"), ("closed", "已结案")], default="open")),
                ("owner_name", models.TextField(default="校园卡管理办公室")),
                ("answer", models.TextField(blank=True, default="")),
                ("proposer_name", models.TextField(blank=True, db_default="", default="")),
                (
                    "proposal",
                    models.TextField(
                        blank=True, db_default="", default="", help_text="why it is honest and should be posted"
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "card",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"
                    ),
                ),
                (
                    "proposer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "posted",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card.receipt",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="terminals.terminal"
                    ),
                ),
            ],
            options={
                "db_table": "card_chip_suspense",
            },
        ),
        migrations.AddConstraint(
            model_name="chip",
            constraint=models.CheckConstraint(condition=models.Q(("balance_fen__gte", 0)), name="card_chip_balance"),
        ),
        migrations.AddConstraint(
            model_name="chip",
            constraint=models.CheckConstraint(
                condition=models.Q(("offline_counter__lte", 65535), ("online_counter__lte", 65535)),
                name="card_chip_counters",
            ),
        ),
        migrations.AddConstraint(
            model_name="chip",
            constraint=models.CheckConstraint(
                condition=models.Q(("serial__regex", "^[0-9]{20}$")), name="card_chip_serial_shape"
            ),
        ),
        migrations.AddConstraint(
            model_name="chiprow",
            constraint=models.UniqueConstraint(fields=("chip", "kind", "counter"), name="card_chip_counter_once"),
        ),
        migrations.AddConstraint(
            model_name="chiprow",
            constraint=models.UniqueConstraint(fields=("terminal", "term_seq"), name="card_chip_term_seq_once"),
        ),
        migrations.AddConstraint(
            model_name="chiprow",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="card_chip_row_amount"),
        ),
        migrations.AddConstraint(
            model_name="chiprow",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["purchase", "load"])), name="card_chip_row_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="chiprow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "load"), ("term_seq__isnull", True)),
                    models.Q(
                        ("balance_before_fen__gte", models.F("amount_fen")),
                        ("kind", "purchase"),
                        ("term_seq__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="card_chip_row_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="chiprow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("offline_counter__isnull", True),
                    models.Q(("kind", "load"), ("offline_counter__lte", 65535)),
                    _connector="OR",
                ),
                name="card_chip_row_offline_counter",
            ),
        ),
        migrations.AddIndex(
            model_name="suspensecase",
            index=models.Index(fields=["state", "-created_at"], name="card_chip_suspense_newest"),
        ),
        migrations.AddConstraint(
            model_name="suspensecase",
            constraint=models.UniqueConstraint(fields=("terminal", "sequence"), name="card_chip_suspense_once"),
        ),
        migrations.AddConstraint(
            model_name="suspensecase",
            constraint=models.CheckConstraint(
                condition=models.Q(("owner_name", ""), _negated=True), name="card_chip_suspense_has_owner"
            ),
        ),
        migrations.AddConstraint(
            model_name="suspensecase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("closed_at__isnull", True), ("state", "open")),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("owner__isnull", False),
                        ("state", "closed"),
                        models.Q(("answer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="card_chip_suspense_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspensecase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proposal", ""), ("proposer__isnull", True)),
                    models.Q(("proposer__isnull", False), models.Q(("proposal", ""), _negated=True)),
                    _connector="OR",
                ),
                name="card_chip_suspense_proposal",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspensecase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("posted__isnull", True),
                    models.Q(
                        ("proposer__isnull", False),
                        ("state", "closed"),
                        models.Q(("owner", models.F("proposer")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="card_chip_suspense_two_people",
            ),
        ),
        migrations.CreateModel(
            name="SuspenseBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                ("deed", models.TextField(choices=[("post", "全部入账"), ("close", "全部结案，不入账")])),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("asked", "待决定"),
                            ("done", "已办理"),
                            ("refused", "未同意"),
                            ("taken_back", "已撤回"),
                        ],
                        default="asked",
                    ),
                ),
                ("reason", models.TextField()),
                ("count", models.PositiveIntegerField()),
                ("fen", models.BigIntegerField()),
                ("author_name", models.TextField()),
                ("proposal", models.TextField(help_text="why all of them are answered so")),
                ("approver_name", models.TextField(blank=True, default="")),
                ("answer", models.TextField(blank=True, default="")),
                ("decided_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "approver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="terminals.terminal"
                    ),
                ),
            ],
            options={
                "db_table": "card_chip_suspense_batch",
            },
        ),
        migrations.AddField(
            model_name="suspensecase",
            name="batch",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="card_chip.suspensebatch",
            ),
        ),
        migrations.AddIndex(
            model_name="suspensecase",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["terminal", "reason"], name="card_chip_suspense_groups"
            ),
        ),
        migrations.AddIndex(
            model_name="suspensebatch",
            index=models.Index(fields=["state", "-created_at"], name="card_suspense_batch_newest"),
        ),
        migrations.AddConstraint(
            model_name="suspensebatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("count__gt", 0),
                    ("deed__in", ["post", "close"]),
                    ("fen__gte", 0),
                    models.Q(("proposal", ""), _negated=True),
                ),
                name="card_suspense_batch_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspensebatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "refused"), _negated=True),
                    models.Q(("answer", ""), _negated=True),
                    _connector="OR",
                ),
                name="card_suspense_batch_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspensebatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="card_suspense_batch_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspensebatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])),
                    models.Q(
                        ("approver__isnull", False), ("decided_at__isnull", False), ("state__in", ["done", "refused"])
                    ),
                    models.Q(
                        ("approver__isnull", True),
                        ("decided_at__isnull", False),
                        ("state__in", ["refused", "taken_back"]),
                    ),
                    _connector="OR",
                ),
                name="card_suspense_batch_decided",
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
