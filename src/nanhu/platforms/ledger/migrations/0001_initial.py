from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "posted_at", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.BigIntegerField()),
                ("entry_id", models.BigIntegerField()),
                ("posted_at", models.DateTimeField()),
                ("occurred_at", models.DateTimeField()),
                ("kind", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("reference", models.TextField()),
                ("reverses_entry_id", models.BigIntegerField(null=True)),
                ("era", models.BigIntegerField()),
                ("xid", models.BigIntegerField()),
            ],
            options={
                "db_table": "ledger_transfer",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(unique=True)),
                ("name", models.TextField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("asset", "资产"),
                            ("liability", "负债"),
                            ("income", "收入"),
                            ("expense", "费用"),
                            ("clearing", "清算"),
                        ]
                    ),
                ),
                ("floor_fen", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "ledger_account",
            },
        ),
        migrations.CreateModel(
            name="Check",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("from_number", models.BigIntegerField()),
                ("until_number", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                ("faults", models.JSONField(default=list)),
            ],
            options={
                "db_table": "ledger_check_note",
            },
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public", models.CharField(max_length=64, unique=True)),
                ("private", nanhu.kernel.crypto.EncryptedTextField(purpose="ledger.signing_key")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "ledger_signing_key",
            },
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("era", models.BigIntegerField()),
                ("after_xid", models.BigIntegerField()),
                ("after_id", models.BigIntegerField()),
                ("until_xid", models.BigIntegerField()),
                ("until_id", models.BigIntegerField()),
                ("rows", models.PositiveIntegerField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("algorithm", models.CharField(max_length=10)),
                ("digest", models.CharField(max_length=64)),
                ("previous", models.CharField(max_length=64)),
                ("seal", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
                ("witness", nanhu.kernel.crypto.EncryptedTextField(purpose="ledger.block_seal")),
            ],
            options={
                "db_table": "ledger_block",
                "indexes": [models.Index(fields=["sealed_at"], name="ledger_block_sealed")],
                "constraints": [
                    models.UniqueConstraint(fields=("era", "until_xid", "until_id"), name="ledger_block_order"),
                    models.UniqueConstraint(fields=("previous",), name="ledger_block_chain"),
                    models.CheckConstraint(
                        condition=models.Q(("algorithm__in", ["sha256", "sm3"])), name="ledger_block_algorithm"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DayRoot",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("first_number", models.BigIntegerField()),
                ("last_number", models.BigIntegerField()),
                ("algorithm", models.CharField(max_length=10)),
                ("root", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("witness", nanhu.kernel.crypto.EncryptedTextField(purpose="ledger.day_root")),
            ],
            options={
                "db_table": "ledger_day_root",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_number__gte", models.F("first_number"))),
                        name="ledger_day_root_blocks",
                    ),
                    models.UniqueConstraint(fields=("first_number",), name="ledger_day_root_first"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DaySum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("kind", models.TextField()),
                ("account_group", models.TextField()),
                ("debit_fen", models.BigIntegerField()),
                ("credit_fen", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_day_sum",
            },
        ),
        migrations.CreateModel(
            name="EntryKey",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("entry_id", models.BigIntegerField()),
                ("fingerprint", models.BinaryField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "ledger_entry_key",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("key", ""), _negated=True), name="ledger_entry_key_is_named"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Balance",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="balance",
                        serialize=False,
                        to="ledger.account",
                    ),
                ),
                ("sign", models.SmallIntegerField()),
                ("floor_fen", models.BigIntegerField()),
                ("balance_fen", models.BigIntegerField()),
                ("moved_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_balance",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("balance_fen__gte", models.F("floor_fen"))), name="ledger_balance_floor"
                    ),
                    models.CheckConstraint(condition=models.Q(("sign__in", [-1, 1])), name="ledger_balance_sign"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["asset", "liability", "income", "expense", "clearing"])),
                name="ledger_account_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("code", ""), _negated=True), models.Q(("name", ""), _negated=True)),
                name="ledger_account_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="daysum",
            constraint=models.UniqueConstraint(
                fields=("day", "kind", "account_group", "account"), name="ledger_day_sum_once", nulls_distinct=False
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
