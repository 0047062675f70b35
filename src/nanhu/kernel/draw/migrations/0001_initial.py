import uuid
from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.crypto.fields
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("key", models.TextField(help_text="room.noun and what it is about: dormitory.beds-2026", unique=True)),
                ("title", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[("open", "报名中"), ("closed", "已截止"), ("drawn", "已抽签"), ("void", "作废")],
                        default="open",
                    ),
                ),
                ("seats", models.JSONField(help_text="places by the key of a wish")),
                (
                    "passes",
                    models.PositiveSmallIntegerField(default=1, help_text="as many places as one entrant can get"),
                ),
                ("commitment", models.CharField(max_length=64)),
                ("secret", nanhu.kernel.crypto.fields.EncryptedTextField(purpose="kernel.draw_secret")),
                ("value_name", models.TextField(help_text="the public value, named before anybody knows it")),
                (
                    "value_form",
                    models.TextField(help_text="how the value is spelled (rules.FORM): 000001.SH \\d{4}\\.\\d{2}"),
                ),
                ("closes_at", models.DateTimeField()),
                ("value_known_at", models.DateTimeField(help_text="nobody knows the value before this hour")),
                ("publish_by", models.DateTimeField()),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("opened_by_name", models.TextField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("root", models.CharField(blank=True, default="", max_length=64)),
                ("entry_count", models.PositiveIntegerField(default=0)),
                ("value", models.TextField(blank=True, default="")),
                ("published_secret", models.CharField(blank=True, default="", max_length=64)),
                ("queues", models.JSONField(default=dict)),
                ("drawn_at", models.DateTimeField(null=True)),
                ("voided_at", models.DateTimeField(null=True)),
                ("why_void", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "kernel_draw",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("passes__gte", 1),
                            ("passes__lte", 100),
                            ("publish_by__gt", models.F("value_known_at")),
                            ("value_known_at__gt", models.F("closes_at")),
                            models.Q(("value_name", ""), _negated=True),
                            models.Q(("value_form", ""), _negated=True),
                        ),
                        name="kernel_draw_is_planned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at", None),
                                ("published_secret", ""),
                                ("root", ""),
                                ("state", "open"),
                                ("value", ""),
                                ("voided_at", None),
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("published_secret", ""),
                                ("state", "closed"),
                                ("voided_at", None),
                                models.Q(("root", ""), _negated=True),
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("drawn_at__gte", models.F("value_known_at")),
                                ("drawn_at__lte", models.F("publish_by")),
                                ("state", "drawn"),
                                ("voided_at", None),
                                models.Q(("root", ""), _negated=True),
                                models.Q(("value", ""), _negated=True),
                                models.Q(("published_secret", ""), _negated=True),
                            ),
                            models.Q(
                                ("state", "void"),
                                ("voided_at__isnull", False),
                                models.Q(("why_void", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="kernel_draw_states",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at", None),
                            models.Q(
                                ("closed_at__gte", models.F("closes_at")), ("closed_at__lt", models.F("value_known_at"))
                            ),
                            _connector="OR",
                        ),
                        name="kernel_draw_closed_before_the_value",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DrawEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entrant", models.TextField()),
                ("token", models.CharField(max_length=16)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("wishes", models.JSONField(default=list)),
                ("entered_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("lot", models.CharField(blank=True, default="", max_length=64)),
                ("rank", models.PositiveIntegerField(null=True)),
                ("places", models.JSONField(default=list)),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="draw.draw"
                    ),
                ),
            ],
            options={
                "db_table": "kernel_draw_entry",
                "constraints": [
                    models.UniqueConstraint(fields=("draw", "entrant"), name="kernel_draw_entry_once"),
                    models.UniqueConstraint(fields=("draw", "token"), name="kernel_draw_token_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DrawValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                ("author_name", models.TextField()),
                ("approver_name", models.TextField(blank=True, default="")),
                ("answer", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("asked", "待另一人核对"),
                            ("agreed", "已核对"),
                            ("refused", "读数不符"),
                            ("taken_back", "已撤回"),
                        ],
                        default="asked",
                    ),
                ),
                ("value", models.TextField()),
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
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="values_typed", to="draw.draw"
                    ),
                ),
            ],
            options={
                "db_table": "kernel_draw_value",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="kernel_draw_value_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])
                            ),
                            models.Q(
                                ("approver__isnull", False),
                                ("decided_at__isnull", False),
                                ("state__in", ["agreed", "refused"]),
                            ),
                            models.Q(
                                ("approver__isnull", True),
                                ("decided_at__isnull", False),
                                ("state__in", ["refused", "taken_back"]),
                            ),
                            _connector="OR",
                        ),
                        name="kernel_draw_value_decided",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "agreed"])),
                        fields=("draw",),
                        name="kernel_draw_value_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value", ""), _negated=True), name="kernel_draw_value_is_said"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DrawVoid",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                ("author_name", models.TextField()),
                ("approver_name", models.TextField(blank=True, default="")),
                ("answer", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("asked", "待另一人同意"),
                            ("agreed", "已同意"),
                            ("refused", "不同意"),
                            ("taken_back", "已撤回"),
                        ],
                        default="asked",
                    ),
                ),
                ("reason", models.TextField()),
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
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="voids_asked", to="draw.draw"
                    ),
                ),
            ],
            options={
                "db_table": "kernel_draw_void",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="kernel_draw_void_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])
                            ),
                            models.Q(
                                ("approver__isnull", False),
                                ("decided_at__isnull", False),
                                ("state__in", ["agreed", "refused"]),
                            ),
                            models.Q(
                                ("approver__isnull", True),
                                ("decided_at__isnull", False),
                                ("state__in", ["refused", "taken_back"]),
                            ),
                            _connector="OR",
                        ),
                        name="kernel_draw_void_decided",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "agreed"])),
                        fields=("draw",),
                        name="kernel_draw_void_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="kernel_draw_void_has_a_reason"
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parents[1] / "sql"),
    ]
