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
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkSigning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="of the form: sent twice, it is one", unique=True)),
                ("file_name", models.TextField(blank=True, default="")),
                ("author_name", models.TextField()),
                ("row_count", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "payments_bulk_signing",
            },
        ),
        migrations.CreateModel(
            name="Channel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                ("kind", models.TextField(choices=[("bank", "银行"), ("acquirer", "银联"), ("app", "外部应用")])),
                ("name", models.TextField()),
                ("address", models.TextField(blank=True, default="")),
                (
                    "our_id",
                    models.TextField(blank=True, default="", help_text="our institution or merchant number with them"),
                ),
                (
                    "our_key",
                    nanhu.kernel.crypto.EncryptedTextField(
                        default="", help_text="what we sign with", purpose="payments.channel_key"
                    ),
                ),
                ("our_certificate", models.TextField(blank=True, default="")),
                (
                    "their_key",
                    nanhu.kernel.crypto.EncryptedTextField(
                        default="",
                        help_text="what we check their signatures by: a public key, a certificate of their authority, a shared secret",
                        purpose="payments.channel_their_key",
                    ),
                ),
                ("is_on", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "payments_channel",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("key__regex", "^[a-z][a-z0-9_]{1,30}$")), name="payments_channel_key_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["bank", "acquirer", "app"])),
                        name="payments_channel_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AppRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("request", models.TextField()),
                ("fingerprint", models.BinaryField(default=b"", help_text="SHA-256 of what was asked")),
                ("answer", nanhu.kernel.crypto.EncryptedTextField(default="", purpose="payments.app_answer")),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "app",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channel"
                    ),
                ),
            ],
            options={
                "db_table": "payments_app_request",
                "constraints": [models.UniqueConstraint(fields=("app", "request"), name="payments_app_request_once")],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("number", models.TextField(help_text="our request id at the bank", unique=True)),
                ("token", nanhu.kernel.crypto.EncryptedTextField(default="", purpose="payments.bank_token")),
                ("tail", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("asked", "正在向银行核验"),
                            ("active", "已签约"),
                            ("refused", "未通过"),
                            ("cancelling", "正在解约"),
                            ("cancelled", "已解约"),
                        ],
                        default="asked",
                    ),
                ),
                (
                    "source",
                    models.TextField(choices=[("kiosk", "圈存机"), ("web", "网页"), ("bulk", "新生批量预签约")]),
                ),
                ("sentence", models.TextField(blank=True, default="", help_text="what the bank said")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "error",
                    models.CharField(blank=True, default="", help_text="of the last attempt", max_length=200),
                ),
                (
                    "due_at",
                    models.DateTimeField(help_text="when the worker looks again; null: never", null=True),
                ),
                (
                    "form",
                    models.UUIDField(
                        help_text="a digest of the form and what stood in it, salted by a token kept nowhere", null=True
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("signed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.agreement",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channel"
                    ),
                ),
            ],
            options={
                "db_table": "payments_agreement",
            },
        ),
        migrations.CreateModel(
            name="BulkSigningRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField()),
                ("tail", models.TextField()),
                ("note", models.TextField(blank=True, default="")),
                (
                    "agreement",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.agreement",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "signing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="payments.bulksigning"
                    ),
                ),
            ],
            options={
                "db_table": "payments_bulk_signing_row",
                "constraints": [
                    models.UniqueConstraint(fields=("signing", "line"), name="payments_bulk_signing_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(("tail__regex", "^[0-9]{4}$")),
                        name="payments_bulk_signing_keeps_the_tail_only",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["person", "-created_at"], name="payments_agreement_of_person"),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "active")),
                fields=("person", "channel"),
                name="payments_one_active_agreement",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")),
                fields=("person", "channel"),
                name="payments_one_asked_agreement",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["asked", "active", "refused", "cancelling", "cancelled"])),
                name="payments_agreement_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("tail__regex", "^([0-9]{4})?$")), name="payments_agreement_keeps_the_tail_only"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["active", "cancelling", "cancelled"]), _negated=True),
                    ("signed_at__isnull", False),
                    _connector="OR",
                ),
                name="payments_agreement_signed_has_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at__isnull", True), ("state__in", ["asked", "cancelling"]), _connector="OR"),
                name="payments_agreement_ended_waits_for_nothing",
            ),
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("day", models.DateField()),
                ("order", models.TextField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("only_theirs", "长款：对方有，学校无"),
                            ("only_ours", "短款：学校有，对方无"),
                            ("amount", "金额不一致"),
                            ("ledger", "订单与总账不一致"),
                            ("under_way", "学校还在查询"),
                            ("suspect", "可疑的到账通知"),
                        ]
                    ),
                ),
                ("reference", models.TextField(blank=True, default="")),
                ("campus_no", models.TextField(blank=True, default="")),
                ("theirs_fen", models.BigIntegerField(default=0)),
                ("ours_fen", models.BigIntegerField(default=0)),
                ("ledger_fen", models.BigIntegerField(default=0)),
                ("owner", models.TextField()),
                ("why", models.TextField(blank=True, default="", help_text="what is suspect about a notice")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("open", "待处理"),
                            ("credited", "已补记给本人"),
                            ("explained", "已说明"),
                            ("gone", "再对账时已一致"),
                        ],
                        default="open",
                    ),
                ),
                ("proposer_name", models.TextField(blank=True, default="")),
                ("proposed_at", models.DateTimeField(help_text="when a clerk asked to credit the holder", null=True)),
                ("note", models.TextField(blank=True, default="")),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channel"
                    ),
                ),
                (
                    "entry_id",
                    models.BigIntegerField(help_text="of the ledger: what credited the holder", null=True, unique=True),
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
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "payments_difference",
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("rows", models.PositiveIntegerField(default=0)),
                ("sum_fen", models.BigIntegerField(default=0)),
                (
                    "balance_fen",
                    models.BigIntegerField(
                        help_text="what they hold for us at the end of the day, as they say", null=True
                    ),
                ),
                ("fetched_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channel"
                    ),
                ),
            ],
            options={
                "db_table": "payments_statement",
            },
        ),
        migrations.CreateModel(
            name="StatementRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("debit", "圈存扣款"),
                            ("reversal", "圈存冲正"),
                            ("pay_out", "代发"),
                            ("transfer_in", "银行 APP 充值"),
                            ("cash_in", "缴存现金"),
                            ("settlement_in", "银联结算款"),
                            ("consume", "银联支付"),
                            ("refund", "银联退款"),
                        ]
                    ),
                ),
                ("order", models.TextField()),
                ("reference", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("fee_fen", models.BigIntegerField(default=0)),
                ("campus_no", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField(null=True)),
                ("fetched_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channel"
                    ),
                ),
            ],
            options={
                "db_table": "payments_statement_row",
            },
        ),
        migrations.AddIndex(
            model_name="difference",
            index=models.Index(condition=models.Q(("state", "open")), fields=["day"], name="payments_difference_open"),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.UniqueConstraint(fields=("channel", "day", "order"), name="payments_difference_once"),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "credited"), _negated=True),
                    models.Q(
                        ("proposer__isnull", False),
                        ("settled_by__isnull", False),
                        models.Q(("proposer", models.F("settled_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="payments_difference_credited_by_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(("owner", ""), _negated=True), name="payments_difference_has_an_owner"
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at__isnull", True), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("settled_at__isnull", False)),
                    _connector="OR",
                ),
                name="payments_difference_settled_has_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(fields=("channel", "day"), name="payments_statement_once_a_day"),
        ),
        migrations.AddIndex(
            model_name="statementrow",
            index=models.Index(fields=["channel", "day"], name="payments_statement_of_day"),
        ),
        migrations.AddIndex(
            model_name="statementrow",
            index=models.Index(fields=["channel", "order"], name="payments_statement_of_order"),
        ),
        migrations.AddConstraint(
            model_name="statementrow",
            constraint=models.UniqueConstraint(
                fields=("channel", "kind", "reference"), name="payments_statement_row_once"
            ),
        ),
        migrations.CreateModel(
            name="PayoutFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("number", models.TextField(unique=True)),
                ("maker_name", models.TextField()),
                ("row_count", models.PositiveIntegerField()),
                ("sum_fen", models.BigIntegerField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channel"
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "payments_payout_file",
            },
        ),
        migrations.CreateModel(
            name="BankPayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(help_text="our request id at the bank", unique=True)),
                ("token", nanhu.kernel.crypto.EncryptedTextField(purpose="payments.payout_token")),
                ("tail", models.TextField(blank=True, default="")),
                ("name", models.TextField(blank=True, default="")),
                ("amount_fen", models.BigIntegerField()),
                (
                    "words",
                    models.TextField(
                        blank=True, default="", help_text="why, as the bank reads it: the same whenever it is asked"
                    ),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[("asked", "等银行付款"), ("paid", "银行已付"), ("returned", "银行退回")],
                        default="asked",
                    ),
                ),
                ("sentence", models.TextField(blank=True, default="")),
                ("reference", models.TextField(blank=True, default="")),
                ("settled_on", models.DateField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "error",
                    models.CharField(blank=True, default="", help_text="of the last attempt", max_length=200),
                ),
                (
                    "due_at",
                    models.DateTimeField(help_text="when the worker looks again; null: never", null=True),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "entry_id",
                    models.BigIntegerField(help_text="of the ledger: what moved for it", null=True, unique=True),
                ),
                (
                    "again_entry_id",
                    models.BigIntegerField(
                        help_text="of the ledger: what credited its holder anew when it was returned",
                        null=True,
                        unique=True,
                    ),
                ),
                ("subject", models.TextField()),
                ("purpose", models.TextField()),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channel"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payouts",
                        to="payments.payoutfile",
                    ),
                ),
            ],
            options={
                "db_table": "payments_payout",
            },
        ),
        migrations.AddIndex(
            model_name="bankpayout",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="payments_payout_due"
            ),
        ),
        migrations.AddIndex(
            model_name="bankpayout",
            index=models.Index(fields=["settled_on"], name="payments_payout_of_day"),
        ),
        migrations.AddConstraint(
            model_name="bankpayout",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="payments_payout_amount"),
        ),
        migrations.AddConstraint(
            model_name="bankpayout",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("purpose", ""), _negated=True), models.Q(("subject", ""), _negated=True)),
                name="payments_payout_pays_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankpayout",
            constraint=models.CheckConstraint(
                condition=models.Q(("file__isnull", True), ("due_at__isnull", True), _connector="OR"),
                name="payments_payout_by_file_or_wire",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankpayout",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "returned"), _negated=True),
                fields=("purpose", "subject"),
                name="payments_payout_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankpayout",
            constraint=models.UniqueConstraint(
                condition=models.Q(("file__isnull", True)),
                fields=("purpose", "subject"),
                name="payments_payout_once_by_wire",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankpayout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state", "asked")),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("settled_on__isnull", False),
                        ("state", "paid"),
                        models.Q(("reference", ""), _negated=True),
                    ),
                    models.Q(("ended_at__isnull", False), ("state", "returned")),
                    _connector="OR",
                ),
                name="payments_payout_state_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankpayout",
            constraint=models.CheckConstraint(
                condition=models.Q(("again_entry_id__isnull", True), ("state", "returned"), _connector="OR"),
                name="payments_payout_again_if_returned",
            ),
        ),
        migrations.CreateModel(
            name="DayClose",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("running", "正在核对"),
                            ("open", "有差异待处理"),
                            ("awaiting", "已日结，银行余额未知"),
                            ("closed", "已日结，无差异"),
                            ("explained", "已日结，差异已说明"),
                        ],
                        default="running",
                    ),
                ),
                ("figures", models.JSONField(default=dict)),
                (
                    "bank_told_fen",
                    models.BigIntegerField(
                        help_text="what the banks said they held at its end, once all have", null=True
                    ),
                ),
                ("runs", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(null=True)),
                ("by_name", models.TextField(default="")),
                (
                    "closer_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="accounts that ran it by hand: they explain nothing of it",
                        size=None,
                    ),
                ),
            ],
            options={
                "db_table": "payments_day_close",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["running", "open", "awaiting", "closed", "explained"])),
                        name="payments_day_close_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["closed", "explained"]), _negated=True),
                            ("bank_told_fen__isnull", False),
                            _connector="OR",
                        ),
                        name="payments_day_close_knows_the_bank",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DayDifference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("source", models.TextField()),
                ("key", models.TextField()),
                ("what", models.TextField()),
                ("ours_fen", models.BigIntegerField(null=True)),
                ("theirs_fen", models.BigIntegerField(null=True)),
                ("owner", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[("open", "待处理"), ("explained", "已说明"), ("gone", "已消除")], default="open"
                    ),
                ),
                ("note", models.TextField(blank=True, default="")),
                ("noted_by", models.TextField(blank=True, default="")),
                (
                    "noted_by_id",
                    models.BigIntegerField(
                        help_text="the account; the database keeps it apart from who closed", null=True
                    ),
                ),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "close",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="payments.dayclose",
                    ),
                ),
            ],
            options={
                "db_table": "payments_day_difference",
            },
        ),
        migrations.AddConstraint(
            model_name="daydifference",
            constraint=models.UniqueConstraint(fields=("close", "source", "key"), name="payments_day_difference_once"),
        ),
        migrations.AddConstraint(
            model_name="daydifference",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("owner", ""), _negated=True), models.Q(("what", ""), _negated=True)),
                name="payments_day_difference_has_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="daydifference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("note__gt", ""), ("state", "explained")), ("state__in", ["open", "gone"]), _connector="OR"
                ),
                name="payments_day_difference_explained",
            ),
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                (
                    "source",
                    models.TextField(
                        blank=True, default="", help_text="a registered one; empty for an acquirer's settlement"
                    ),
                ),
                ("day", models.DateField(help_text="the bank's")),
                ("amount_fen", models.BigIntegerField()),
                ("fee_fen", models.BigIntegerField(default=0)),
                ("reference", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[("asked", "待复核"), ("booked", "已入账"), ("refused", "未同意")], default="asked"
                    ),
                ),
                ("author_name", models.TextField()),
                ("approver_name", models.TextField(blank=True, default="")),
                ("answer", models.TextField(blank=True, default="")),
                ("entry_id", models.BigIntegerField(null=True, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "acquirer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.channel",
                    ),
                ),
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
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channel"
                    ),
                ),
            ],
            options={
                "db_table": "payments_deposit",
            },
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "refused"), _negated=True),
                fields=("channel", "reference"),
                name="payments_deposit_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_fen__gt", 0), ("fee_fen__gte", 0), models.Q(("reference", ""), _negated=True)
                ),
                name="payments_deposit_sum",
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("acquirer__isnull", False), ("source", "")),
                    models.Q(("acquirer__isnull", True), ("fee_fen", 0), models.Q(("source", ""), _negated=True)),
                    _connector="OR",
                ),
                name="payments_deposit_comes_from_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="payments_deposit_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])),
                    models.Q(
                        ("approver__isnull", False), ("decided_at__isnull", False), ("state__in", ["booked", "refused"])
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="payments_deposit_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entry_id__isnull", False), ("state", "booked")),
                    models.Q(models.Q(("state", "booked"), _negated=True), ("entry_id__isnull", True)),
                    _connector="OR",
                ),
                name="payments_deposit_booked",
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
