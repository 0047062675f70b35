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
        ("card", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LimitBreach",
            fields=[
                (
                    "receipt",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="card.receipt",
                    ),
                ),
                ("which", models.TextField()),
                ("spent_fen", models.BigIntegerField(help_text="with this row, in the meal or on the day")),
                ("limit_fen", models.BigIntegerField()),
                ("pin", models.TextField(choices=[("none", "没有输密码"), ("wrong", "密码不对")])),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "card_limit_breach",
                "indexes": [models.Index(fields=["-created_at"], name="card_breach_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("which__in", ["meal", "daily"])), name="card_breach_which"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("spent_fen__gt", models.F("limit_fen"))), name="card_breach_is_above"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WalletLimit",
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
                ("meal_fen", models.BigIntegerField(null=True)),
                ("daily_fen", models.BigIntegerField(null=True)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "card_limit",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("meal_fen__isnull", True), ("meal_fen__gte", 0), _connector="OR"),
                        name="card_limit_meal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("daily_fen__isnull", True), ("daily_fen__gte", 0), _connector="OR"),
                        name="card_limit_daily",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(choices=[("payment", "消费密码"), ("enquiry", "查询密码")])),
                ("salt", models.BinaryField(max_length=16, null=True)),
                (
                    "digest",
                    nanhu.kernel.crypto.EncryptedTextField(
                        help_text="HMAC over salt, wallet, kind and digits", null=True, purpose="card.pin"
                    ),
                ),
                ("changed_at", models.DateTimeField(null=True)),
                ("wrong_tries", models.PositiveSmallIntegerField(default=0)),
                ("locked_until", models.DateTimeField(null=True)),
                (
                    "wallet",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.wallet"),
                ),
            ],
            options={
                "db_table": "card_pin",
                "constraints": [
                    models.UniqueConstraint(fields=("wallet", "kind"), name="card_pin_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["payment", "enquiry"])), name="card_pin_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("changed_at__isnull", True), ("digest__isnull", True), ("salt__isnull", True)),
                            models.Q(("changed_at__isnull", False), ("digest__isnull", False), ("salt__isnull", False)),
                            _connector="OR",
                        ),
                        name="card_pin_is_whole",
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
