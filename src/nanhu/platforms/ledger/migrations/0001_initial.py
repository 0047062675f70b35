import uuid
from pathlib import Path

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
        migrations.CreateModel(
            name="FeeItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("reason", models.TextField(help_text="the office's document that asks for it")),
                ("created_by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by_name", models.TextField(blank=True, default="")),
                ("code", models.TextField(help_text="as rooms call it: power.dormitory")),
                ("name", models.TextField()),
                ("licence", models.TextField(blank=True, default="")),
                ("ceiling_fen", models.BigIntegerField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.feeitem"
                    ),
                ),
            ],
            options={
                "db_table": "ledger_fee_item",
            },
        ),
        migrations.CreateModel(
            name="Bill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("number", models.TextField(default="", help_text="given by the database", unique=True)),
                ("key", models.TextField(help_text="the issuer's name for it: issued once", unique=True)),
                ("issuer", models.TextField(help_text="the room that issued it")),
                ("period", models.TextField(blank=True, default="", help_text="2026-10, 2026-2027-1")),
                ("name", models.TextField(help_text="as who pays reads it")),
                ("amount_fen", models.BigIntegerField()),
                ("due_on", models.DateField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("open", "未缴"),
                            ("part", "已缴部分"),
                            ("paid", "已缴清"),
                            ("deferred", "缓缴"),
                            ("waived", "已减免"),
                            ("cancelled", "已撤销"),
                            ("refunded", "已退费"),
                        ],
                        default="open",
                    ),
                ),
                ("paid_fen", models.BigIntegerField(default=0)),
                ("returned_fen", models.BigIntegerField(default=0)),
                ("forgiven_fen", models.BigIntegerField(default=0)),
                ("deferred_until", models.DateField(null=True)),
                ("entry_id", models.BigIntegerField(default=0, help_text="of the issue; given by the database")),
                ("issued_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "billed",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "receivable",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.feeitem",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_bill",
            },
        ),
        migrations.CreateModel(
            name="Fund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(help_text="its lasting name: project:2026-0017:labour", unique=True)),
                ("name", models.TextField()),
                ("budget_fen", models.BigIntegerField(default=0)),
                ("available_fen", models.BigIntegerField(default=0)),
                ("reserved_fen", models.BigIntegerField(default=0)),
                ("spent_fen", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "available",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "budget",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "reserved",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "spent",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_fund",
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                ("what", models.TextField(blank=True, default="")),
                ("amount_fen", models.BigIntegerField()),
                ("spent_fen", models.BigIntegerField(default=0)),
                ("released_fen", models.BigIntegerField(default=0)),
                ("entry_id", models.BigIntegerField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "fund",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="ledger.fund",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_reservation",
            },
        ),
        migrations.CreateModel(
            name="FundMovement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("grant", "下达"),
                            ("withdraw", "收回"),
                            ("spend", "支出"),
                            ("release", "释放"),
                            ("unspend", "冲回支出"),
                        ]
                    ),
                ),
                ("amount_fen", models.BigIntegerField()),
                ("key", models.TextField(unique=True)),
                ("reason", models.TextField(blank=True, default="")),
                ("entry_id", models.BigIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="movements", to="ledger.fund"
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="ledger.reservation",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.fundmovement",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_fund_movement",
            },
        ),
        migrations.CreateModel(
            name="BillMovement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("pay", "缴费"),
                            ("refund", "退费"),
                            ("waive", "减免"),
                            ("cancel", "撤销"),
                            ("defer", "缓缴"),
                            ("resume", "缓缴到期"),
                            ("unpay", "冲回缴费"),
                        ]
                    ),
                ),
                ("amount_fen", models.BigIntegerField(default=0)),
                ("key", models.TextField(unique=True)),
                (
                    "request",
                    models.TextField(blank=True, default="", help_text="the payment that several bills were paid by"),
                ),
                ("entry_id", models.BigIntegerField(null=True)),
                (
                    "posted_as",
                    models.TextField(
                        blank=True, default="", help_text="the kind of the entry, where it is not the bill's own"
                    ),
                ),
                ("payer", models.TextField(blank=True, default="", help_text="the registered way of paying")),
                ("until", models.DateField(null=True)),
                ("reason", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="movements", to="ledger.bill"
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refund",
                        to="ledger.billmovement",
                    ),
                ),
            ],
            options={
                "db_table": "ledger_bill_movement",
                "indexes": [
                    models.Index(
                        condition=models.Q(("kind", "pay")), fields=["entry_id"], name="ledger_bill_movement_entry"
                    ),
                    models.Index(
                        condition=models.Q(("request", ""), _negated=True),
                        fields=["request"],
                        name="ledger_bill_movement_request",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(
                                    ("account__isnull", False),
                                    ("amount_fen__gt", 0),
                                    ("kind", "pay"),
                                    ("reverses", None),
                                    models.Q(("payer", ""), _negated=True),
                                ),
                                models.Q(
                                    ("account__isnull", False),
                                    ("amount_fen__gt", 0),
                                    ("kind__in", ["refund", "unpay"]),
                                    ("reverses__isnull", False),
                                    models.Q(("reason", ""), _negated=True),
                                ),
                                models.Q(
                                    ("account", None),
                                    ("amount_fen__gt", 0),
                                    ("kind__in", ["waive", "cancel"]),
                                    ("reverses", None),
                                    models.Q(("reason", ""), _negated=True),
                                ),
                                models.Q(
                                    ("amount_fen", 0),
                                    ("kind", "defer"),
                                    ("reverses", None),
                                    ("until__isnull", False),
                                    models.Q(("reason", ""), _negated=True),
                                ),
                                models.Q(("amount_fen", 0), ("kind", "resume"), ("reverses", None)),
                                _connector="OR",
                            ),
                            models.Q(("key", ""), _negated=True),
                        ),
                        name="ledger_bill_movement_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount_fen", 0), ("entry_id", None)),
                            models.Q(("amount_fen__gt", 0), ("entry_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="ledger_bill_movement_is_posted",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="feeitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="ledger_fee_item_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="feeitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="ledger_fee_item_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="feeitem",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("withdrawn_at", None)),
                expressions=[
                    (models.F("code"), "="),
                    (
                        models.Func(
                            models.F("starts_on"), models.F("ends_on"), models.Value("[]"), function="daterange"
                        ),
                        "&&",
                    ),
                ],
                name="ledger_fee_item_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="feeitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code", ""), _negated=True),
                    models.Q(("name", ""), _negated=True),
                    models.Q(("ceiling_fen", None), ("ceiling_fen__gt", 0), _connector="OR"),
                ),
                name="ledger_fee_item_says_what",
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["person", "due_on", "id"], name="ledger_bill_of_person"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(
                condition=models.Q(("state", "deferred")), fields=["deferred_until"], name="ledger_bill_deferred"
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_fen__gt", 0),
                    ("amount_fen__lte", 1000000000000),
                    models.Q(("key", ""), _negated=True),
                    models.Q(("issuer", ""), _negated=True),
                    models.Q(("name", ""), _negated=True),
                ),
                name="ledger_bill_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("forgiven_fen__gte", 0), ("paid_fen__gte", models.F("returned_fen")), ("returned_fen__gte", 0)
                ),
                name="ledger_bill_sums",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount_fen__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("paid_fen"), "+", models.F("forgiven_fen")
                        ),
                    )
                ),
                name="ledger_bill_not_overpaid",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(
                            (
                                "amount_fen__gt",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("paid_fen"), "+", models.F("forgiven_fen")
                                ),
                            ),
                            ("state__in", ["open", "part", "deferred"]),
                        ),
                        models.Q(
                            (
                                "amount_fen",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("paid_fen"), "+", models.F("forgiven_fen")
                                ),
                            ),
                            ("state__in", ["paid", "waived", "cancelled", "refunded"]),
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("deferred_until__isnull", False), ("state", "deferred")),
                        models.Q(models.Q(("state", "deferred"), _negated=True), ("deferred_until", None)),
                        _connector="OR",
                    ),
                ),
                name="ledger_bill_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paid_fen", 0), ("state", "open")),
                    models.Q(("paid_fen__gt", 0), ("state", "part")),
                    models.Q(("paid_fen__gt", 0), ("state", "paid")),
                    ("state", "deferred"),
                    models.Q(("forgiven_fen__gt", 0), ("state", "waived")),
                    models.Q(("paid_fen", 0), ("state", "cancelled")),
                    models.Q(("paid_fen__gt", 0), ("returned_fen", models.F("paid_fen")), ("state", "refunded")),
                    _connector="OR",
                ),
                name="ledger_bill_state_of_sums",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("code", ""), _negated=True), models.Q(("name", ""), _negated=True)),
                name="ledger_fund_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "budget_fen",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("available_fen"), "+", models.F("reserved_fen")
                            ),
                            "+",
                            models.F("spent_fen"),
                        ),
                    ),
                    ("reserved_fen__gte", 0),
                    ("spent_fen__gte", 0),
                ),
                name="ledger_fund_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(("available_fen__gte", 0)), name="ledger_fund_not_overdrawn"
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(
                    (
                        "amount_fen__gt",
                        django.db.models.expressions.CombinedExpression(
                            models.F("spent_fen"), "+", models.F("released_fen")
                        ),
                    )
                ),
                fields=["fund"],
                name="ledger_reservation_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0), models.Q(("key", ""), _negated=True)),
                name="ledger_reservation_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount_fen__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("spent_fen"), "+", models.F("released_fen")
                        ),
                    ),
                    ("released_fen__gte", 0),
                    ("spent_fen__gte", 0),
                ),
                name="ledger_reservation_not_overspent",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_fen__gt", 0),
                    models.Q(("key", ""), _negated=True),
                    models.Q(
                        models.Q(
                            ("kind__in", ["spend", "release"]), ("reservation__isnull", False), ("reverses", None)
                        ),
                        models.Q(
                            ("kind", "unspend"),
                            ("reservation__isnull", False),
                            ("reverses__isnull", False),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        models.Q(
                            ("kind__in", ["grant", "withdraw"]),
                            ("reservation", None),
                            ("reverses", None),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                ),
                name="ledger_fund_movement_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundmovement",
            constraint=models.UniqueConstraint(fields=("reverses",), name="ledger_fund_movement_reversed_once"),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
