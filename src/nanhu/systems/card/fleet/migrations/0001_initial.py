from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("card", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TerminalReport",
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
                ("list_version", models.BigIntegerField(default=0)),
                (
                    "list_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, help_text="when it first said that it holds this version"
                    ),
                ),
                ("software", models.TextField(blank=True, default="")),
                ("stored_rows", models.IntegerField(default=0)),
                ("stored_fen", models.BigIntegerField(default=0)),
                (
                    "card_fen",
                    models.BigIntegerField(help_text="what one card may spend there without a network", null=True),
                ),
                ("total_fen", models.BigIntegerField(null=True)),
                ("reported_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "card_terminal_report",
            },
        ),
        migrations.CreateModel(
            name="TerminalWatch",
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
                ("upto", models.BigIntegerField(default=0)),
                ("day", models.DateField(null=True)),
                ("reordered", models.IntegerField(default=0)),
                ("repeated", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "card_terminal_watch",
            },
        ),
        migrations.CreateModel(
            name="Revocation",
            fields=[
                (
                    "card",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="card.card",
                    ),
                ),
                ("uid", models.TextField()),
                (
                    "reason",
                    models.TextField(
                        choices=[
                            ("lost", "已挂失"),
                            ("frozen", "冻结"),
                            ("expired", "过期"),
                            ("replaced", "已补办"),
                            ("closed", "已注销"),
                        ],
                        null=True,
                    ),
                ),
                ("version", models.BigIntegerField(unique=True)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "card_revocation",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["lost", "frozen", "expired", "replaced", "closed"]),
                            ("reason__isnull", True),
                            _connector="OR",
                        ),
                        name="card_revocation_reason_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RevocationChange",
            fields=[
                ("version", models.BigIntegerField(primary_key=True, serialize=False)),
                ("action", models.TextField(choices=[("add", "加入"), ("remove", "移出")])),
                (
                    "reason",
                    models.TextField(
                        choices=[
                            ("lost", "已挂失"),
                            ("frozen", "冻结"),
                            ("expired", "过期"),
                            ("replaced", "已补办"),
                            ("closed", "已注销"),
                        ]
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "card",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"),
                ),
            ],
            options={
                "db_table": "card_revocation_change",
            },
        ),
        migrations.CreateModel(
            name="DeskAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject",
                    models.TextField(help_text="person:<id>; refused-number:<fingerprint> where nobody has it"),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "clerk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "card_desk_attempt",
                "indexes": [models.Index(fields=["subject", "-at"], name="card_desk_attempt_newest")],
            },
        ),
        migrations.CreateModel(
            name="FoundCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kept_at", models.TextField(help_text="where the card waits for its owner")),
                (
                    "url",
                    models.TextField(blank=True, default="", help_text="where its owner writes to whoever keeps it"),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "card",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"
                    ),
                ),
                (
                    "finder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "card_found_card",
                "indexes": [models.Index(fields=["card", "-at"], name="card_found_card_newest")],
            },
        ),
        migrations.CreateModel(
            name="TerminalGap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.BigIntegerField()),
                ("noticed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("filled_at", models.DateTimeField(null=True)),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="terminals.terminal"
                    ),
                ),
            ],
            options={
                "db_table": "card_terminal_gap",
                "constraints": [
                    models.UniqueConstraint(fields=("terminal", "sequence"), name="card_terminal_gap_once")
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
