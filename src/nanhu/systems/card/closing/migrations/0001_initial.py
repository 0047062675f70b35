import uuid
from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.crypto
import nanhu.systems.card.closing.models.contracts
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("card", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Contract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fee_per_mille", models.PositiveIntegerField(help_text="‰ of the takings")),
                ("cycle", models.TextField(choices=[("daily", "按日"), ("weekly", "按周"), ("monthly", "按月")])),
                ("payee", models.TextField(help_text="name of the bank account")),
                ("account_token", nanhu.kernel.crypto.EncryptedTextField(purpose="card.merchant_account")),
                ("account_last4", models.CharField(max_length=4)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.merchant"
                    ),
                ),
            ],
            options={
                "db_table": "card_contract",
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                ("reason", models.TextField()),
                (
                    "is_owed_again",
                    models.BooleanField(
                        default=False,
                        help_text="of a row that paid a bill: it was booked wrongly, and the bill is owed again",
                    ),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[("pending", "待复核"), ("posted", "已更正"), ("refused", "未同意")], default="pending"
                    ),
                ),
                ("author_name", models.TextField()),
                ("approver_name", models.TextField(blank=True, default="")),
                ("answer", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
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
                    "receipt",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card.receipt",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "card_correction",
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("words", models.TextField()),
                ("state", models.TextField(choices=[("open", "待答复"), ("answered", "已答复")], default="open")),
                ("answer", models.TextField(blank=True, default="")),
                ("answered_by", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "correction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card_closing.correction",
                    ),
                ),
                (
                    "receipt",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispute",
                        to="card.receipt",
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.wallet"),
                ),
            ],
            options={
                "db_table": "card_dispute",
            },
        ),
        migrations.CreateModel(
            name="MerchantUser",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.merchant"
                    ),
                ),
            ],
            options={
                "db_table": "card_merchant_user",
            },
        ),
        migrations.CreateModel(
            name="Payout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(unique=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("made", "已生成，待银行付款"),
                            ("confirmed", "已付款"),
                            ("unpaid", "银行全部未付"),
                        ],
                        default="made",
                    ),
                ),
                ("total_fen", models.BigIntegerField()),
                ("rows", models.PositiveIntegerField()),
                ("maker_name", models.TextField()),
                ("confirmer_name", models.TextField(blank=True, default="")),
                ("bank_reference", models.TextField(blank=True, default="")),
                (
                    "unpaid",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        default=list,
                        help_text="settlements that the bank did not pay",
                        size=None,
                    ),
                ),
                ("entry_id", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "confirmer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "card_payout_file",
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(unique=True)),
                ("first", models.DateField()),
                ("last", models.DateField()),
                (
                    "is_late",
                    models.BooleanField(default=False, help_text="of sales that came in after the contract had ended"),
                ),
                ("takings_fen", models.BigIntegerField()),
                ("fee_fen", models.BigIntegerField()),
                ("payable_fen", models.BigIntegerField()),
                ("entry_id", models.BigIntegerField(null=True)),
                ("settled_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_closing.contract"
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.merchant"
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="card_closing.payout",
                    ),
                ),
            ],
            options={
                "db_table": "card_settlement",
            },
        ),
        migrations.CreateModel(
            name="TerminalDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("payments", models.PositiveIntegerField(default=0)),
                ("payments_fen", models.BigIntegerField(default=0)),
                ("stored", models.PositiveIntegerField(default=0)),
                ("stored_fen", models.BigIntegerField(default=0)),
                ("reversals", models.PositiveIntegerField(default=0)),
                ("reversals_fen", models.BigIntegerField(default=0)),
                ("refunds", models.PositiveIntegerField(default=0)),
                ("refunds_fen", models.BigIntegerField(default=0)),
                ("waiting", models.PositiveIntegerField(default=0)),
                ("waiting_fen", models.BigIntegerField(default=0)),
                ("sequence", models.BigIntegerField()),
                ("said_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="terminals.terminal"
                    ),
                ),
            ],
            options={
                "db_table": "card_terminal_day",
            },
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(("fee_per_mille__lte", 200)), name="card_contract_fee"
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(("cycle__in", ["daily", "weekly", "monthly"])), name="card_contract_cycle"
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="card_contract_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(("account_last4__regex", "^[0-9]{4}$"), models.Q(("payee", ""), _negated=True)),
                name="card_contract_payee",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("merchant", "="),
                    (nanhu.systems.card.closing.models.contracts.DayRange("starts_on", "ends_on"), "&&"),
                ],
                name="card_contract_one_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(fields=["-created_at"], name="card_correction_newest"),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="card_correction_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="card_correction_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["pending"])),
                    models.Q(
                        ("approver__isnull", False), ("decided_at__isnull", False), ("state__in", ["posted", "refused"])
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="card_correction_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("posted__isnull", False), ("state", "posted")),
                    models.Q(models.Q(("state", "posted"), _negated=True), ("posted__isnull", True)),
                    _connector="OR",
                ),
                name="card_correction_posted",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["pending", "posted"])),
                fields=("receipt",),
                name="card_correction_once_for_a_row",
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(fields=["wallet", "-created_at"], name="card_dispute_of_wallet"),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="card_dispute_has_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("state", "open")),
                    models.Q(
                        ("answered_at__isnull", False), ("state", "answered"), models.Q(("answer", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="card_dispute_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="merchantuser",
            constraint=models.UniqueConstraint(fields=("account", "merchant"), name="card_merchant_user_once"),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(("total_fen__gt", 0), ("rows__gt", 0)), name="card_payout_file_is_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmer__isnull", True),
                    ("maker__isnull", True),
                    models.Q(("confirmer", models.F("maker")), _negated=True),
                    _connector="OR",
                ),
                name="card_payout_file_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at__isnull", True), ("entry_id__isnull", True), ("state", "made")),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("confirmer__isnull", False),
                        ("entry_id__isnull", False),
                        ("state", "confirmed"),
                    ),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("confirmer__isnull", False),
                        ("entry_id__isnull", True),
                        ("state", "unpaid"),
                        models.Q(("unpaid", []), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="card_payout_file_confirmed",
            ),
        ),
        migrations.AddIndex(
            model_name="settlement",
            index=models.Index(fields=["merchant", "-last"], name="card_settlement_newest"),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("last__gte", models.F("first"))), name="card_settlement_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee_fen__gte", 0),
                    ("payable_fen__gte", 0),
                    (
                        "takings_fen",
                        django.db.models.expressions.CombinedExpression(
                            models.F("fee_fen"), "+", models.F("payable_fen")
                        ),
                    ),
                    ("takings_fen__gte", 0),
                ),
                name="card_settlement_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entry_id__isnull", True), ("takings_fen", 0)),
                    models.Q(("entry_id__isnull", False), ("takings_fen__gt", 0)),
                    _connector="OR",
                ),
                name="card_settlement_has_its_entry",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("is_late", False)),
                expressions=[
                    ("merchant", "="),
                    (nanhu.systems.card.closing.models.contracts.DayRange("first", "last"), "&&"),
                ],
                name="card_settlement_once",
            ),
        ),
        migrations.AddIndex(
            model_name="terminalday",
            index=models.Index(fields=["day"], name="card_terminal_day_of_day"),
        ),
        migrations.AddConstraint(
            model_name="terminalday",
            constraint=models.UniqueConstraint(fields=("terminal", "day"), name="card_terminal_day_once"),
        ),
        migrations.AddConstraint(
            model_name="terminalday",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("payments_fen__gte", 0),
                    ("refunds_fen__gte", 0),
                    ("reversals_fen__gte", 0),
                    ("stored_fen__gte", 0),
                    ("waiting_fen__gte", 0),
                ),
                name="card_terminal_day_sums",
            ),
        ),
        migrations.AddConstraint(
            model_name="terminalday",
            constraint=models.CheckConstraint(
                condition=models.Q(("waiting__lte", models.F("stored")), ("waiting_fen__lte", models.F("stored_fen"))),
                name="card_terminal_day_waiting",
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
