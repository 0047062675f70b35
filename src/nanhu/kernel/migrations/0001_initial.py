import uuid
from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("from_number", models.BigIntegerField()),
                ("until_number", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                ("faults", models.JSONField(default=list)),
            ],
            options={
                "db_table": "kernel_audit_check",
            },
        ),
        migrations.CreateModel(
            name="SubmittedForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.UUIDField(unique=True)),
                ("account_id", models.BigIntegerField()),
                ("page", models.TextField()),
                ("address", models.TextField(help_text="where its sender was sent on to")),
                ("done_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "kernel_submitted_form",
                "indexes": [models.Index(fields=["done_at"], name="kernel_submitted_form_age")],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.BigIntegerField()),
                ("page", models.TextField(help_text="namespace and name: card:rights:rules")),
                ("name", models.TextField()),
                ("query", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "kernel_saved_view",
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "page", "name"), name="kernel_saved_view_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("query", ""), _negated=True)
                        ),
                        name="kernel_saved_view_is_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "kernel_heartbeat",
            },
        ),
        migrations.CreateModel(
            name="Outage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("began_at", models.DateTimeField(unique=True)),
                ("ended_at", models.DateTimeField()),
            ],
            options={
                "db_table": "kernel_outage",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__gt", models.F("began_at"))), name="kernel_outage_ends_later"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("payload", models.JSONField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "kernel_outbox_event",
            },
        ),
        migrations.CreateModel(
            name="Progress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("kind", models.TextField()),
                ("title", models.TextField()),
                ("account_id", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[("running", "进行中"), ("done", "已完成"), ("failed", "未完成")], default="running"
                    ),
                ),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("note", models.TextField(default="")),
                ("summary", models.TextField(default="")),
                ("result_url", models.TextField(default="")),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "kernel_progress",
            },
        ),
        migrations.CreateModel(
            name="AuditBlock",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("era", models.BigIntegerField()),
                ("after_xid", models.BigIntegerField()),
                ("after_id", models.BigIntegerField()),
                ("until_xid", models.BigIntegerField()),
                ("until_id", models.BigIntegerField()),
                ("rows", models.PositiveIntegerField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("algorithm", models.CharField(max_length=10)),
                ("digest", models.CharField(max_length=64)),
                ("previous", models.CharField(max_length=64)),
                ("seal", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
                ("witness", nanhu.kernel.crypto.EncryptedTextField(purpose="kernel.audit_seal")),
                ("archived_at", models.DateTimeField(null=True)),
                ("archive", models.TextField(blank=True, default="")),
                ("removed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "kernel_audit_block",
                "indexes": [models.Index(fields=["sealed_at"], name="kernel_audit_block_sealed")],
                "constraints": [
                    models.UniqueConstraint(fields=("era", "until_xid", "until_id"), name="kernel_audit_block_order"),
                    models.UniqueConstraint(fields=("previous",), name="kernel_audit_block_chain"),
                    models.CheckConstraint(
                        condition=models.Q(("algorithm__in", ["sha256", "sm3"])), name="kernel_audit_block_algorithm"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("removed_at", None), ("archived_at__isnull", False), _connector="OR"),
                        name="kernel_audit_block_archived_first",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("account_id", models.BigIntegerField(null=True)),
                ("actor", models.TextField()),
                ("address", models.TextField(default="")),
                ("action", models.TextField()),
                ("target", models.TextField()),
                ("reason", models.TextField(default="")),
                ("facts", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "kernel_audit_entry",
                "indexes": [
                    models.Index(fields=["target", "-at"], name="kernel_audit_target"),
                    models.Index(fields=["account_id", "-at"], name="kernel_audit_account"),
                    models.Index(fields=["action", "-at"], name="kernel_audit_action"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EventDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subscriber", models.TextField()),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True, default="")),
                ("delivered_at", models.DateTimeField(null=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="kernel.outboxevent"
                    ),
                ),
            ],
            options={
                "db_table": "kernel_event_delivery",
                "indexes": [
                    models.Index(
                        condition=models.Q(("delivered_at", None)),
                        fields=["subscriber", "id"],
                        name="kernel_delivery_due",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("event", "subscriber"), name="kernel_delivery_once")],
            },
        ),
        migrations.CreateModel(
            name="Throttle",
            fields=[
                ("key", models.BinaryField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("failures", models.FloatField(default=0)),
                ("last_failed_at", models.DateTimeField()),
                ("blocked_until", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "kernel_throttle",
            },
        ),
        migrations.CreateModel(
            name="SmsMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone", nanhu.kernel.crypto.EncryptedTextField(purpose="kernel.sms_phone")),
                ("text", nanhu.kernel.crypto.EncryptedTextField(purpose="kernel.sms_text")),
                ("code", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="kernel.sms_code")),
                ("phone_masked", models.CharField(max_length=24)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "待发"),
                            ("sent", "已交服务商"),
                            ("delivered", "已送达"),
                            ("failed", "未送达"),
                        ],
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "due_at",
                    models.DateTimeField(help_text="when the worker looks again; null: never", null=True),
                ),
                ("expires_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "reference",
                    models.CharField(blank=True, default="", help_text="the provider's number for it", max_length=80),
                ),
                (
                    "error",
                    models.CharField(blank=True, default="", help_text="of the last attempt", max_length=200),
                ),
            ],
            options={
                "db_table": "kernel_sms_message",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="kernel_sms_due"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at", None), ("state", "queued")),
                            ("state", "failed"),
                            models.Q(("sent_at__isnull", False), ("state__in", ["sent", "delivered"])),
                            _connector="OR",
                        ),
                        name="kernel_sms_sent_when_it_was",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "failed"), _negated=True),
                            models.Q(("error", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="kernel_sms_failed_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("due_at", None), ("ended_at__isnull", False), ("state__in", ["delivered", "failed"])
                            ),
                            models.Q(("ended_at", None), ("state__in", ["queued", "sent"])),
                            _connector="OR",
                        ),
                        name="kernel_sms_ended_is_left_alone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MailMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "due_at",
                    models.DateTimeField(help_text="when the worker looks again; null: never", null=True),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "error",
                    models.CharField(blank=True, default="", help_text="of the last attempt", max_length=200),
                ),
                ("email", nanhu.kernel.crypto.EncryptedTextField(purpose="kernel.mail_address")),
                ("subject", models.CharField(max_length=120)),
                ("text", nanhu.kernel.crypto.EncryptedTextField(purpose="kernel.mail_text")),
                ("email_masked", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "待发"), ("sent", "已发出"), ("failed", "未送达")],
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "kernel_mail_message",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="kernel_mail_due"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_at__isnull", False), ("sent_at", None), ("state", "queued")),
                            models.Q(("due_at", None), ("sent_at__isnull", False), ("state", "sent")),
                            models.Q(
                                ("due_at", None),
                                ("sent_at", None),
                                ("state", "failed"),
                                models.Q(("error", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="kernel_mail_states",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadOnlySpell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField()),
                ("began_at", models.DateTimeField()),
                ("began_by", models.TextField()),
                ("began_with", models.TextField(blank=True, default="")),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.TextField(blank=True, default="")),
                ("ended_with", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "kernel_read_only",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("ended_at",),
                        name="kernel_read_only_one_lasts",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True), models.Q(("began_by", ""), _negated=True)
                        ),
                        name="kernel_read_only_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", "")),
                            models.Q(("ended_at__isnull", False), models.Q(("ended_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="kernel_read_only_is_ended_by_somebody",
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
