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
        ("card", "0001_initial"),
        ("ledger", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClaimOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("amount_fen", models.BigIntegerField()),
                (
                    "settles_fen",
                    models.BigIntegerField(default=0, help_text="what of it goes to a debt and not onto the chip"),
                ),
                ("online_counter", models.BigIntegerField(null=True)),
                (
                    "offline_counter",
                    models.BigIntegerField(help_text="how many purchases the chip had counted by then", null=True),
                ),
                (
                    "chip_balance_fen",
                    models.BigIntegerField(help_text="what the chip held before the write", null=True),
                ),
                (
                    "authorised_at",
                    models.TextField(
                        blank=True, default="", help_text="campus time in fourteen digits, as it stands in MAC2"
                    ),
                ),
                (
                    "challenge_fen",
                    models.BigIntegerField(
                        default=0,
                        help_text="for how much the chip is asked to begin a load before its counter is believed; known to nobody before MAC2",
                    ),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[("writing", "写卡中"), ("written", "已到账"), ("not_written", "未写卡")],
                        default="writing",
                    ),
                ),
                (
                    "settled_by",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("terminal", "终端回报"),
                            ("counter", "卡片计数器"),
                            ("job", "自动查找"),
                            ("reissue", "补卡"),
                            ("clerk", "人工核定"),
                        ],
                        default="",
                    ),
                ),
                ("proof", models.JSONField(default=dict)),
                ("receipt_id", models.BigIntegerField(null=True, unique=True)),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "card",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="terminals.terminal",
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.wallet"),
                ),
            ],
            options={
                "db_table": "card_claim_order",
            },
        ),
        migrations.CreateModel(
            name="Claimable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "key",
                    models.TextField(
                        help_text="names it for whoever credits: the same key again credits nothing", unique=True
                    ),
                ),
                (
                    "source",
                    models.TextField(
                        choices=[
                            ("subsidy", "补助"),
                            ("payout", "代发"),
                            ("online_top_up", "在线充值"),
                            ("load", "圈存未领"),
                            ("frozen", "补卡冻结"),
                            ("refund", "退款"),
                        ]
                    ),
                ),
                ("amount_fen", models.BigIntegerField()),
                (
                    "set_off_fen",
                    models.BigIntegerField(default=0, help_text="what late offline rows of a replaced card took of it"),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "待领"),
                            ("writing", "写卡中"),
                            ("claimed", "已领"),
                            ("returned", "已退回"),
                            ("set_off", "已抵扣"),
                        ],
                        default="waiting",
                    ),
                ),
                ("available_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("entry_id", models.BigIntegerField(unique=True)),
                ("return_entry_id", models.BigIntegerField(null=True, unique=True)),
                ("reference", models.TextField(blank=True, default="")),
                (
                    "due_told_at",
                    models.DateTimeField(help_text="when its holder was told that the wait is over", null=True),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "from_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account"
                    ),
                ),
                (
                    "from_card",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.wallet"),
                ),
                (
                    "order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claimables",
                        to="card_funds.claimorder",
                    ),
                ),
            ],
            options={
                "db_table": "card_claimable",
            },
        ),
        migrations.CreateModel(
            name="Deduction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("receipt_id", models.BigIntegerField(unique=True)),
                ("amount_fen", models.BigIntegerField()),
                ("balance_fen", models.BigIntegerField()),
                ("detail", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "bill",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.bill"),
                ),
                (
                    "wallet",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.wallet"),
                ),
            ],
            options={
                "db_table": "card_deduction",
            },
        ),
        migrations.CreateModel(
            name="Funding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("is_open", models.BooleanField(default=True)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account"
                    ),
                ),
            ],
            options={
                "db_table": "card_funding",
            },
        ),
        migrations.CreateModel(
            name="PayoutBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                ("source", models.TextField(choices=[("subsidy", "补助"), ("payout", "代发")])),
                ("title", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("checked", "待提交"),
                            ("submitted", "待复核"),
                            ("posting", "入账中"),
                            ("posted", "已入账"),
                            ("refused", "未同意"),
                            ("discarded", "已作废"),
                        ],
                        default="checked",
                    ),
                ),
                ("row_count", models.IntegerField()),
                ("sum_fen", models.BigIntegerField()),
                (
                    "expires_on",
                    models.DateField(blank=True, help_text="the last day of claiming, None for ever", null=True),
                ),
                ("file_name", models.TextField(blank=True, default="")),
                ("file_digest", models.TextField()),
                ("author_name", models.TextField()),
                ("approver_name", models.TextField(blank=True, default="")),
                ("answer", models.TextField(blank=True, default="")),
                ("progress_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("posted_at", models.DateTimeField(null=True)),
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
                    "funding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="batches", to="card_funds.funding"
                    ),
                ),
            ],
            options={
                "db_table": "card_payout_batch",
            },
        ),
        migrations.CreateModel(
            name="PayoutRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.IntegerField(help_text="in the file, as the office reads it")),
                ("campus_no", models.TextField()),
                ("name", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("note", models.TextField(blank=True, default="")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="card_funds.payoutbatch"
                    ),
                ),
                (
                    "claimable",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payout_row",
                        to="card_funds.claimable",
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.wallet"),
                ),
            ],
            options={
                "db_table": "card_payout_row",
            },
        ),
        migrations.CreateModel(
            name="PendingAccount",
            fields=[
                (
                    "wallet",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="card.wallet",
                    ),
                ),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account"
                    ),
                ),
            ],
            options={
                "db_table": "card_pending",
            },
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                ("amount_fen", models.BigIntegerField()),
                ("bank", models.TextField()),
                ("account_tail", models.TextField()),
                ("account_token", nanhu.kernel.crypto.EncryptedTextField(purpose="card.withdrawal_account")),
                ("reason", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("asked", "待复核"),
                            ("approved", "待银行付款"),
                            ("refused", "未同意"),
                            ("paid", "已付款"),
                        ],
                        default="asked",
                    ),
                ),
                ("author_name", models.TextField()),
                ("approver_name", models.TextField(blank=True, default="")),
                ("answer", models.TextField(blank=True, default="")),
                ("receipt_id", models.BigIntegerField(null=True, unique=True)),
                ("bank_reference", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
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
                    "card",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "card_withdrawal",
            },
        ),
        migrations.CreateModel(
            name="CardReissue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("key", models.TextField(unique=True)),
                ("reason", models.TextField(choices=[("lost", "遗失"), ("damaged", "损坏")])),
                (
                    "state",
                    models.TextField(
                        choices=[("making", "制卡中"), ("done", "已补办"), ("abandoned", "未补办")], default="making"
                    ),
                ),
                ("fee_fen", models.BigIntegerField(default=0)),
                ("is_fee_cash", models.BooleanField(default=False)),
                ("frozen_fen", models.BigIntegerField(default=0)),
                ("by_name", models.TextField()),
                ("place", models.TextField(blank=True, default="")),
                (
                    "document",
                    models.TextField(blank=True, default="", help_text="kind and last digits of what was shown"),
                ),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "clerk",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "new_card",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"
                    ),
                ),
                (
                    "old_card",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="terminals.terminal",
                    ),
                ),
                (
                    "claimable",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card_funds.claimable",
                    ),
                ),
            ],
            options={
                "db_table": "card_reissue",
                "indexes": [
                    models.Index(fields=["-begun_at"], name="card_reissue_newest"),
                    models.Index(fields=["terminal", "begun_at"], name="card_reissue_of_terminal"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "done")), fields=("old_card",), name="card_reissue_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "making")), fields=("old_card",), name="card_reissue_one_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fee_fen__gte", 0), ("frozen_fen__gte", 0)), name="card_reissue_amounts"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", ["lost", "damaged"])), name="card_reissue_reason_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("new_card__isnull", True), ("state", "making")),
                            models.Q(("ended_at__isnull", False), ("new_card__isnull", False), ("state", "done")),
                            models.Q(("ended_at__isnull", False), ("new_card__isnull", True), ("state", "abandoned")),
                            _connector="OR",
                        ),
                        name="card_reissue_state_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("claimable__isnull", True), ("frozen_fen", 0)),
                            models.Q(("claimable__isnull", False), ("frozen_fen__gt", 0)),
                            _connector="OR",
                        ),
                        name="card_reissue_frozen_is_claimable",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="claimorder",
            index=models.Index(
                condition=models.Q(("state", "writing")), fields=["begun_at"], name="card_claim_order_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimorder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "writing")), fields=("wallet",), name="card_claim_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_fen__gt", 0), ("settles_fen__gte", 0), ("settles_fen__lte", models.F("amount_fen"))
                ),
                name="card_claim_order_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", True),
                        ("receipt_id__isnull", True),
                        ("settled_by", ""),
                        ("state", "writing"),
                    ),
                    models.Q(
                        models.Q(
                            models.Q(("ended_at__isnull", False), ("receipt_id__isnull", False), ("state", "written")),
                            models.Q(
                                ("ended_at__isnull", False), ("receipt_id__isnull", True), ("state", "not_written")
                            ),
                            _connector="OR",
                        ),
                        models.Q(("settled_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="card_claim_order_resolved",
            ),
        ),
        migrations.AddIndex(
            model_name="claimable",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "writing"])), fields=["wallet"], name="card_claimable_open"
            ),
        ),
        migrations.AddIndex(
            model_name="claimable",
            index=models.Index(fields=["wallet", "-created_at"], name="card_claimable_of_wallet"),
        ),
        migrations.AddIndex(
            model_name="claimable",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["expires_at"], name="card_claimable_expiry"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimable",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="card_claimable_amount"),
        ),
        migrations.AddConstraint(
            model_name="claimable",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("set_off_fen", 0),
                    models.Q(("set_off_fen__gt", 0), ("set_off_fen__lt", models.F("amount_fen")), ("source", "frozen")),
                    models.Q(("set_off_fen", models.F("amount_fen")), ("source", "frozen"), ("state", "set_off")),
                    _connector="OR",
                ),
                name="card_claimable_set_off",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimable",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["subsidy", "payout", "online_top_up", "load", "frozen", "refund"])),
                name="card_claimable_source_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimable",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", True),
                        ("order__isnull", True),
                        ("return_entry_id__isnull", True),
                        ("state", "waiting"),
                    ),
                    models.Q(
                        ("ended_at__isnull", True),
                        ("order__isnull", False),
                        ("return_entry_id__isnull", True),
                        ("state", "writing"),
                    ),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("order__isnull", False),
                        ("return_entry_id__isnull", True),
                        ("state", "claimed"),
                    ),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("order__isnull", True),
                        ("return_entry_id__isnull", False),
                        ("state", "returned"),
                    ),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("order__isnull", True),
                        ("set_off_fen", models.F("amount_fen")),
                        ("state", "set_off"),
                    ),
                    _connector="OR",
                ),
                name="card_claimable_state_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="deduction",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="card_deduction_amount"),
        ),
        migrations.AddConstraint(
            model_name="deduction",
            constraint=models.CheckConstraint(
                condition=models.Q(("detail", ""), _negated=True),
                name="card_deduction_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="funding",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("code", ""), _negated=True), models.Q(("name", ""), _negated=True)),
                name="card_funding_is_named",
            ),
        ),
        migrations.AddIndex(
            model_name="payoutbatch",
            index=models.Index(fields=["-created_at"], name="card_payout_newest"),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("row_count__gt", 0), ("sum_fen__gt", 0)), name="card_payout_amounts"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["subsidy", "payout"])), name="card_payout_source_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="card_payout_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approver__isnull", True),
                        ("decided_at__isnull", True),
                        ("state__in", ["checked", "submitted", "discarded"]),
                    ),
                    models.Q(
                        ("approver__isnull", False),
                        ("decided_at__isnull", False),
                        ("state__in", ["posting", "posted", "refused"]),
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="card_payout_decided",
            ),
        ),
        migrations.AddIndex(
            model_name="payoutrow",
            index=models.Index(
                condition=models.Q(("claimable", None)), fields=["batch"], name="card_payout_row_to_post"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutrow",
            constraint=models.UniqueConstraint(fields=("batch", "wallet"), name="card_payout_person_once"),
        ),
        migrations.AddConstraint(
            model_name="payoutrow",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="card_payout_row_amount"),
        ),
        migrations.AddIndex(
            model_name="withdrawal",
            index=models.Index(fields=["-created_at"], name="card_withdrawal_newest"),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("card",), name="card_withdrawal_one_asked"
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="card_withdrawal_amount"),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("account_tail__regex", "^[0-9]{4}$")), name="card_withdrawal_tail"
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="card_withdrawal_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])),
                    models.Q(
                        ("approver__isnull", False),
                        ("decided_at__isnull", False),
                        ("state__in", ["refused", "approved", "paid"]),
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="card_withdrawal_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("receipt_id__isnull", True), ("state__in", ["asked", "refused"])),
                    models.Q(("paid_at__isnull", True), ("receipt_id__isnull", False), ("state", "approved")),
                    models.Q(("paid_at__isnull", False), ("receipt_id__isnull", False), ("state", "paid")),
                    _connector="OR",
                ),
                name="card_withdrawal_state_is_whole",
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
