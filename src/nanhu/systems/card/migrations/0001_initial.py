import uuid
from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0001_initial"),
        ("people", "0001_initial"),
        ("terminals", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("outcome", models.TextField()),
                ("sequence", models.BigIntegerField(null=True)),
                ("fingerprint", models.BinaryField(null=True)),
                ("amount_fen", models.BigIntegerField(null=True)),
                ("owed_fen", models.BigIntegerField(default=0)),
                ("balance_fen", models.BigIntegerField(null=True)),
                ("detail", models.TextField(default="")),
                ("occurred_at", models.DateTimeField()),
                ("posted_at", models.DateTimeField()),
                ("entry_id", models.BigIntegerField(null=True)),
                ("meal", models.SmallIntegerField(default=0)),
            ],
            options={
                "db_table": "card_receipt",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Spent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "wallet_id", "day", "meal", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("meal", models.SmallIntegerField()),
                ("fen", models.BigIntegerField()),
            ],
            options={
                "db_table": "card_spent",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Card",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("number", models.TextField(help_text="printed on the card", unique=True)),
                ("uid", models.TextField(help_text="what the chip answers, hexadecimal", unique=True)),
                (
                    "card_class",
                    models.TextField(choices=[("teacher", "教师卡"), ("student", "学生卡"), ("ordinary", "普通卡")]),
                ),
                ("sub_class", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("issued", "正常"),
                            ("lost", "已挂失"),
                            ("frozen", "已冻结"),
                            ("expired", "已过期"),
                            ("replaced", "已补办"),
                            ("closed", "已注销"),
                        ],
                        default="issued",
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField()),
                ("lost_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "card_card",
            },
        ),
        migrations.CreateModel(
            name="CashException",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                ("amount_fen", models.BigIntegerField()),
                ("reason", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("pending", "待复核"),
                            ("approved", "已同意"),
                            ("refused", "未同意"),
                            ("used", "已收款"),
                        ],
                        default="pending",
                    ),
                ),
                ("author_name", models.TextField()),
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
                "db_table": "card_cash_exception",
            },
        ),
        migrations.CreateModel(
            name="Merchant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                ("name", models.TextField()),
                (
                    "canteen",
                    models.TextField(blank=True, default="", help_text="the place it belongs to, such as 南院一食堂"),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("asked", "待财务同意"),
                            ("open", "营业中"),
                            ("refused", "未同意"),
                            ("closed", "已停业"),
                        ],
                        default="open",
                    ),
                ),
                ("registrar_name", models.TextField(blank=True, default="")),
                ("approver_name", models.TextField(blank=True, default="")),
                ("closed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account"
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
                (
                    "approver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "card_merchant",
            },
        ),
        migrations.CreateModel(
            name="Till",
            fields=[
                (
                    "terminal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="till",
                        serialize=False,
                        to="terminals.terminal",
                    ),
                ),
                (
                    "is_on",
                    models.BooleanField(
                        default=False,
                        editable=False,
                        help_text="the terminal's own state, kept by a trigger: a payment reads no second row",
                    ),
                ),
                (
                    "lost_fen",
                    models.BigIntegerField(
                        default=0, help_text="what the rows came to that were never sent, when it was taken away"
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tills", to="card.merchant"
                    ),
                ),
            ],
            options={
                "db_table": "card_till",
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("amount", "按金额"),
                            ("per_unit", "按量"),
                            ("per_minute", "按分钟"),
                            ("fixed", "定额"),
                        ]
                    ),
                ),
                ("price_fen", models.BigIntegerField(default=0)),
                ("per", models.PositiveIntegerField(default=1)),
                ("unit", models.TextField(blank=True, default="", help_text="such as 升, 分钟, 千瓦时")),
                ("most_fen", models.BigIntegerField(default=0, help_text="what a hold takes at the start")),
                ("minutes", models.PositiveIntegerField(default=60, help_text="when a hold ends by itself")),
                (
                    "when_silent",
                    models.TextField(choices=[("full", "按预扣全额"), ("metered", "按最后一次计量")], default="full"),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="terminals.terminal"
                    ),
                ),
            ],
            options={
                "db_table": "card_price",
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                ("reason", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "receipt",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card.receipt",
                    ),
                ),
            ],
            options={
                "db_table": "card_refund",
            },
        ),
        migrations.CreateModel(
            name="Wallet",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="ledger.account",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "receivable",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account"
                    ),
                ),
            ],
            options={
                "db_table": "card_wallet",
            },
        ),
        migrations.AddField(
            model_name="card",
            name="wallet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cards", to="card.wallet"
            ),
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "receipt",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="hold",
                        serialize=False,
                        to="card.receipt",
                    ),
                ),
                ("amount_fen", models.BigIntegerField()),
                ("metered_fen", models.BigIntegerField(default=0)),
                ("meal", models.SmallIntegerField(default=0)),
                ("begun_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("price_fen", models.BigIntegerField(null=True)),
                (
                    "merchant",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card.merchant",
                    ),
                ),
                (
                    "payment_receipt",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card.receipt",
                    ),
                ),
                (
                    "release_receipt",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card.receipt",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="terminals.terminal",
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card.wallet",
                    ),
                ),
            ],
            options={
                "db_table": "card_hold",
            },
        ),
        migrations.CreateModel(
            name="TopUp",
            fields=[
                (
                    "receipt",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="top_up",
                        serialize=False,
                        to="card.receipt",
                    ),
                ),
                ("token", models.UUIDField(unique=True)),
                ("clerk_name", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("settled_fen", models.BigIntegerField(default=0, help_text="what of it went to a debt at once")),
                ("balance_fen", models.BigIntegerField(help_text="after the debt was settled")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "clerk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "exception",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="top_up",
                        to="card.cashexception",
                    ),
                ),
            ],
            options={
                "db_table": "card_top_up",
            },
        ),
        migrations.AddIndex(
            model_name="cashexception",
            index=models.Index(fields=["-created_at"], name="card_exception_newest"),
        ),
        migrations.AddConstraint(
            model_name="cashexception",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0)), name="card_cash_exception_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="cashexception",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="card_cash_exception_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="cashexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="card_cash_exception_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["pending"])),
                    models.Q(
                        ("approver__isnull", False),
                        ("decided_at__isnull", False),
                        ("state__in", ["approved", "refused", "used"]),
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="card_cash_exception_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="merchant",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("key", ""), _negated=True), models.Q(("name", ""), _negated=True)),
                name="card_merchant_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="merchant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    ("registrar__isnull", True),
                    models.Q(("approver", models.F("registrar")), _negated=True),
                    _connector="OR",
                ),
                name="card_merchant_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="merchant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("registrar__isnull", False), ("state", "asked")),
                    models.Q(("approver__isnull", False), ("state", "refused")),
                    models.Q(("closed_at__isnull", False), ("state", "closed")),
                    models.Q(
                        ("state", "open"),
                        models.Q(("registrar__isnull", True), ("approver__isnull", False), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="card_merchant_state_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.UniqueConstraint(fields=("terminal", "since"), name="card_price_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["amount", "per_unit", "per_minute", "fixed"])), name="card_price_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "amount"), ("price_fen__gt", 0), _connector="OR"), name="card_price_is_set"
            ),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["per_unit", "per_minute"]), _negated=True),
                    ("most_fen__gt", 0),
                    _connector="OR",
                ),
                name="card_price_has_a_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minutes__gt", 0), ("minutes__lte", 240), ("per__gt", 0), ("when_silent__in", ["full", "metered"])
                ),
                name="card_price_is_sound",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("reason", ""), _negated=True), models.Q(("key", ""), _negated=True)),
                name="card_refund_is_reasoned",
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["issued", "lost"])),
                fields=("person",),
                name="card_one_living_card_per_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["issued", "lost", "frozen", "expired", "replaced", "closed"])),
                name="card_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(("card_class__in", ["teacher", "student", "ordinary"])), name="card_class_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(("uid__regex", "^([0-9A-F]{8}|[0-9A-F]{14})$")), name="card_uid_shape"
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__regex", "^[0-9]{10}$")), name="card_number_shape"
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gte", models.F("valid_from"))), name="card_ends_after_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "lost"), _negated=True), ("lost_at__isnull", False), _connector="OR"
                ),
                name="card_lost_has_a_moment",
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", True)), fields=["ends_at"], name="card_hold_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_fen__gt", 0), ("metered_fen__gte", 0), ("metered_fen__lte", models.F("amount_fen"))
                ),
                name="card_hold_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("price_fen__isnull", True), ("release_receipt__isnull", True), ("settled_at__isnull", True)
                    ),
                    models.Q(
                        ("price_fen__gte", 0),
                        ("price_fen__lte", models.F("amount_fen")),
                        ("release_receipt__isnull", False),
                        ("settled_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="card_hold_settled_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="topup",
            index=models.Index(fields=["clerk", "-created_at"], name="card_top_up_of_clerk"),
        ),
        migrations.AddConstraint(
            model_name="topup",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="card_top_up_amount"),
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("clerk_name", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[("open", "当班"), ("counted", "待复点"), ("closed", "已交班")], default="open"
                    ),
                ),
                (
                    "float_fen",
                    models.BigIntegerField(default=0, help_text="change that was in the drawer at the start"),
                ),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expected_fen", models.BigIntegerField(null=True)),
                ("counted_fen", models.BigIntegerField(null=True)),
                ("reason", models.TextField(blank=True, default="", help_text="of a difference")),
                ("counted_at", models.DateTimeField(null=True)),
                ("checker_name", models.TextField(blank=True, default="")),
                ("closed_at", models.DateTimeField(null=True)),
                ("entry_id", models.BigIntegerField(null=True, unique=True)),
                (
                    "checker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clerk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "card_shift",
            },
        ),
        migrations.CreateModel(
            name="ShiftCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("teller_name", models.TextField()),
                ("counted_fen", models.BigIntegerField()),
                ("expected_fen", models.BigIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "shift",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="counts", to="card.shift"
                    ),
                ),
                (
                    "teller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "card_shift_count",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("counted_fen__gte", 0)), name="card_shift_count_amount")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="shift",
            index=models.Index(fields=["-opened_at"], name="card_shift_newest"),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "closed"), _negated=True), fields=("clerk",), name="card_shift_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checker__isnull", True), models.Q(("checker", models.F("clerk")), _negated=True), _connector="OR"
                ),
                name="card_shift_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("float_fen__gte", 0),
                    models.Q(("counted_fen__isnull", True), ("counted_fen__gte", 0), _connector="OR"),
                ),
                name="card_shift_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "closed"), _negated=True),
                    ("counted_fen", models.F("expected_fen")),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="card_shift_difference_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("checker__isnull", True),
                        ("counted_fen__isnull", True),
                        ("expected_fen__isnull", True),
                        ("state", "open"),
                    ),
                    models.Q(
                        ("checker__isnull", True),
                        ("counted_at__isnull", False),
                        ("counted_fen__isnull", False),
                        ("expected_fen__isnull", False),
                        ("state", "counted"),
                    ),
                    models.Q(
                        ("checker__isnull", False),
                        ("closed_at__isnull", False),
                        ("counted_fen__isnull", False),
                        ("expected_fen__isnull", False),
                        ("state", "closed"),
                    ),
                    _connector="OR",
                ),
                name="card_shift_state_is_whole",
            ),
        ),
        migrations.CreateModel(
            name="LossReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "way",
                    models.TextField(
                        choices=[
                            ("web", "本人上网"),
                            ("kiosk", "自助终端"),
                            ("phone", "电话"),
                            ("counter", "柜台"),
                            ("vendor", "开放接口"),
                        ]
                    ),
                ),
                ("reason", models.TextField()),
                ("proof", models.TextField(help_text="how the reporter's identity was checked")),
                ("reporter", models.TextField(help_text="who did it, as in the audit")),
                ("reported_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "known_at",
                    models.DateTimeField(
                        help_text="when the last terminal in the field said that it refuses the card", null=True
                    ),
                ),
                (
                    "document",
                    models.TextField(blank=True, default="", help_text="what was shown when the report was taken back"),
                ),
                ("ended_by", models.TextField(blank=True, default="")),
                ("ended_for", models.TextField(blank=True, default="")),
                (
                    "card",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"),
                ),
            ],
            options={
                "db_table": "card_loss_report",
                "indexes": [models.Index(fields=["-reported_at"], name="card_loss_report_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("card",),
                        name="card_loss_report_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True), models.Q(("proof", ""), _negated=True)
                        ),
                        name="card_loss_report_is_founded",
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
