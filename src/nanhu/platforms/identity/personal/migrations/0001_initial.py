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
            name="AccessToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=60)),
                ("scopes", models.JSONField()),
                ("token_hash", models.BinaryField(max_length=32, unique=True)),
                ("ending", models.CharField(max_length=4)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                ("last_used_from", models.TextField(blank=True, default="")),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_personal_access_token",
                "indexes": [models.Index(fields=["account", "-created_at"], name="identity_token_account")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="identity_token_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scopes", []), _negated=True), name="identity_token_has_a_scope"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AppPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=60)),
                (
                    "service",
                    models.CharField(choices=[("mail", "邮件客户端"), ("network", "Wi-Fi 与 VPN")], max_length=12),
                ),
                ("secret_hash", models.BinaryField(max_length=32, unique=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("last_used_from", models.TextField(blank=True, default="")),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_personal_app_password",
                "indexes": [models.Index(fields=["account", "-created_at"], name="identity_app_password_account")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("service__in", ["mail", "network"])), name="identity_app_password_service"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DataCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "正在准备"),
                            ("ready", "可以下载"),
                            ("failed", "没有做成"),
                            ("gone", "已过期"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("size_bytes", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("ready_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_personal_data_copy",
                "indexes": [models.Index(fields=["account", "-created_at"], name="identity_copy_account")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("account",),
                        name="identity_one_copy_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "ready"), _negated=True),
                            models.Q(("expires_at__isnull", False), ("ready_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="identity_copy_ready_has_an_end",
                    ),
                ],
            },
        ),
    ]
