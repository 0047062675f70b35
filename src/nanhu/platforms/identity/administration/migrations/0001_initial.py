import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("suspend", "停用"),
                            ("resume", "恢复"),
                            ("sign_out", "全部退出登录"),
                            ("unlock", "解锁"),
                            ("new_password", "要求换密码"),
                            ("letters", "打印账号通知单"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("preview", "待确认"), ("running", "进行中"), ("done", "已完成")],
                        default="preview",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("until", models.DateTimeField(null=True)),
                ("chosen_how", models.CharField(blank=True, default="", max_length=200)),
                ("account_id", models.BigIntegerField()),
                ("actor", models.TextField()),
                ("address", models.TextField(blank=True, default="")),
                ("progress_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "identity_bulk_action",
                "ordering": ["-created_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["suspend", "resume", "sign_out", "unlock", "new_password", "letters"])
                        ),
                        name="identity_bulk_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("done_at", None), ("state", "preview")),
                            models.Q(("confirmed_at__isnull", False), ("done_at", None), ("state", "running")),
                            models.Q(("confirmed_at__isnull", False), ("done_at__isnull", False), ("state", "done")),
                            _connector="OR",
                        ),
                        name="identity_bulk_state_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__regex", "\\S")), name="identity_bulk_has_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=500)),
                ("written_by", models.TextField()),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_account_note",
                "ordering": ["-created_at", "-id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("text__regex", "\\S")), name="identity_note_has_text")
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("typed", models.CharField(blank=True, default="", max_length=60)),
                ("skipped", models.CharField(blank=True, default="", max_length=200)),
                ("outcome", models.CharField(blank=True, default="", max_length=200)),
                ("done_at", models.DateTimeField(null=True)),
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
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="identity_administration.bulkaction",
                    ),
                ),
            ],
            options={
                "db_table": "identity_bulk_item",
                "ordering": ["position"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None), ("skipped", "")),
                        fields=["action"],
                        name="identity_bulk_item_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("action", "position"), name="identity_bulk_item_position"),
                    models.UniqueConstraint(
                        condition=models.Q(("account__isnull", False), ("skipped", "")),
                        fields=("action", "account"),
                        name="identity_bulk_item_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("skipped", ""), _negated=True), ("account__isnull", False), _connector="OR"
                        ),
                        name="identity_bulk_item_has_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("skipped", ""), ("done_at", None), _connector="OR"),
                        name="identity_bulk_item_skipped_undone",
                    ),
                ],
            },
        ),
    ]
