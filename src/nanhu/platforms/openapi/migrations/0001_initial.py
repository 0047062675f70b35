import uuid
from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.lookups
import django.utils.timezone
from django.db import migrations, models

import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RateBucket",
            fields=[
                ("subject", models.TextField(primary_key=True, serialize=False)),
                ("tokens", models.FloatField()),
                ("at", models.DateTimeField()),
                ("address", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "openapi_rate_bucket",
            },
        ),
        migrations.CreateModel(
            name="Vendor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("company", models.TextField()),
                ("contact", models.TextField()),
                ("phone", nanhu.kernel.crypto.EncryptedTextField(default="", purpose="openapi.vendor_phone")),
                ("scopes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list)),
                (
                    "addresses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, help_text="networks its live keys may be used from"
                    ),
                ),
                ("per_minute", models.PositiveIntegerField(default=300)),
                ("is_on", models.BooleanField(default=True)),
                ("registered_by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "openapi_vendor",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("company", ""), _negated=True), models.Q(("contact", ""), _negated=True)
                        ),
                        name="openapi_vendor_is_named",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Regex(
                            django.db.models.functions.comparison.Cast("scopes", models.TextField()),
                            "^\\{([a-z_]+\\.[a-z_]+(,[a-z_]+\\.[a-z_]+)*)?\\}$",
                        ),
                        name="openapi_vendor_scopes_name_their_room",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("per_minute__gte", 1), ("per_minute__lte", 6000)),
                        name="openapi_vendor_rate",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("mode", models.TextField(choices=[("live", "正式"), ("test", "沙箱")])),
                ("name", models.TextField()),
                ("number", models.TextField(help_text="the part of the key that is no secret", unique=True)),
                ("secret_hash", models.BinaryField(help_text="SHA-256 of the whole text, 256 bits of it chance")),
                ("ending", models.TextField()),
                ("made_by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ends_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by_name", models.TextField(blank=True, default="")),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.apikey"
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="keys", to="openapi.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "openapi_key",
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mode", models.TextField(choices=[("live", "正式"), ("test", "沙箱")])),
                ("url", models.TextField()),
                ("secret", nanhu.kernel.crypto.EncryptedTextField(purpose="openapi.webhook_secret")),
                ("is_on", models.BooleanField(default=True)),
                (
                    "listens_since",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        help_text="when it was set or taken up again: what was given up before says nothing of it",
                    ),
                ),
                ("paused_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="webhooks", to="openapi.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "openapi_webhook",
            },
        ),
        migrations.CreateModel(
            name="WebhookEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("mode", models.TextField(choices=[("live", "正式"), ("test", "沙箱")])),
                ("kind", models.TextField()),
                ("key", models.TextField(help_text="the same fact again is the same event")),
                ("facts", models.JSONField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "openapi_webhook_event",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.TextField(
                        choices=[("waiting", "待送达"), ("done", "已送达"), ("given_up", "已放弃")], default="waiting"
                    ),
                ),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                (
                    "error",
                    models.CharField(blank=True, default="", help_text="of the last attempt", max_length=200),
                ),
                ("is_replay", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="openapi.webhookevent",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        help_text="the event's; who is away holds up no other",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="openapi.vendor",
                    ),
                ),
            ],
            options={
                "db_table": "openapi_delivery",
            },
        ),
        migrations.CreateModel(
            name="RequestLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, help_text="Nanhu-Request-Id", unique=True)),
                ("mode", models.TextField(choices=[("live", "正式"), ("test", "沙箱")])),
                ("operation", models.TextField()),
                ("method", models.TextField()),
                ("path", models.TextField()),
                ("status", models.PositiveSmallIntegerField()),
                ("code", models.TextField(blank=True, default="")),
                ("is_replay", models.BooleanField(default=False)),
                ("address", models.TextField()),
                ("milliseconds", models.PositiveIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.apikey"
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="openapi.vendor",
                    ),
                ),
            ],
            options={
                "db_table": "openapi_request_log",
                "indexes": [models.Index(fields=["vendor", "-id"], name="openapi_request_log_newest")],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mode", models.TextField(choices=[("live", "正式"), ("test", "沙箱")])),
                ("idempotency_key", models.TextField()),
                ("operation", models.TextField()),
                ("fingerprint", models.BinaryField(help_text="SHA-256 of method, path and body, as sent")),
                ("status", models.PositiveSmallIntegerField()),
                ("response", models.BinaryField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.apikey"
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "openapi_idempotency_record",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("vendor", "mode", "idempotency_key"), name="openapi_idempotency_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["live", "test"])), name="openapi_idempotency_mode"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("idempotency_key__regex", "^[!-~]{8,80}$")),
                        name="openapi_idempotency_key_shape",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["live", "test"])), name="openapi_key_mode"
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__regex", "^[0-9A-Za-z]{12}$")), name="openapi_key_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at", None), ("ends_at__gt", models.F("created_at")), _connector="OR"),
                name="openapi_key_ends_after",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.UniqueConstraint(fields=("vendor", "mode"), name="openapi_webhook_once"),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["live", "test"])), name="openapi_webhook_mode"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookevent",
            index=models.Index(fields=["vendor", "-id"], name="openapi_webhook_event_newest"),
        ),
        migrations.AddConstraint(
            model_name="webhookevent",
            constraint=models.UniqueConstraint(fields=("vendor", "mode", "key"), name="openapi_webhook_event_once"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["vendor", "due_at"], name="openapi_delivery_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_at__isnull", False), ("ended_at", None), ("state", "waiting")),
                    models.Q(("due_at", None), ("ended_at__isnull", False), ("state__in", ["done", "given_up"])),
                    _connector="OR",
                ),
                name="openapi_delivery_state",
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
