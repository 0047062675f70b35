import uuid
from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("card", "0001_initial"),
        ("card_fleet", "0001_initial"),
        ("card_issuing", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bucket",
            fields=[
                ("subject", models.TextField(primary_key=True, serialize=False)),
                ("tokens", models.FloatField()),
                ("at", models.DateTimeField()),
                ("address", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "card_vendor_bucket",
            },
        ),
        migrations.CreateModel(
            name="SandboxCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("kind", models.TextField()),
                ("state", models.TextField(default="issued")),
                ("is_blocked", models.BooleanField(default=False)),
                ("balance_fen", models.BigIntegerField()),
                ("pin_tries", models.PositiveSmallIntegerField(default=0)),
                ("spent_fen", models.BigIntegerField(default=0)),
                ("spent_on", models.DateField(null=True)),
            ],
            options={
                "db_table": "card_vendor_sandbox_card",
            },
        ),
        migrations.CreateModel(
            name="Vendor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("company", models.TextField()),
                ("contact", models.TextField()),
                ("phone", nanhu.kernel.crypto.EncryptedTextField(default="", purpose="card.vendor_phone")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(
                            choices=[
                                ("query", "查卡：持卡人出示的码或授权"),
                                ("lookup", "查卡：按学工号"),
                                ("balance", "看余额"),
                                ("pay", "收款"),
                                ("pin", "收款时转交消费密码"),
                                ("refund", "退款"),
                                ("block", "停卡"),
                                ("unblock", "恢复自己停的卡"),
                                ("issue", "申请临时卡"),
                            ]
                        ),
                        default=list,
                    ),
                ),
                (
                    "addresses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, help_text="networks its live keys may be used from"
                    ),
                ),
                (
                    "units",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        help_text="codes of the units that may sponsor its orders",
                    ),
                ),
                ("per_minute", models.PositiveIntegerField(default=300)),
                ("is_on", models.BooleanField(default=True)),
                ("registered_by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "card_vendor",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("company", ""), _negated=True), models.Q(("contact", ""), _negated=True)
                        ),
                        name="card_vendor_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "scopes__contained_by",
                                ["query", "lookup", "balance", "pay", "pin", "refund", "block", "unblock", "issue"],
                            )
                        ),
                        name="card_vendor_scopes_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("per_minute__gte", 1), ("per_minute__lte", 6000)), name="card_vendor_rate"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SandboxPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("merchant", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("refunded_fen", models.BigIntegerField(default=0)),
                ("outcome", models.TextField()),
                ("reference", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.sandboxcard"
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_sandbox_payment",
            },
        ),
        migrations.CreateModel(
            name="SandboxOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("reference", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_sandbox_order",
            },
        ),
        migrations.AddField(
            model_name="sandboxcard",
            name="vendor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.vendor"
            ),
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("most_fen", models.BigIntegerField()),
                (
                    "reference",
                    models.TextField(blank=True, default="", help_text="what the vendor calls this customer"),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_consent",
            },
        ),
        migrations.CreateModel(
            name="VendorBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_fleet.lossreport"
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_block",
            },
        ),
        migrations.CreateModel(
            name="VendorKey",
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card_vendors.vendorkey",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="keys", to="card_vendors.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_key",
            },
        ),
        migrations.CreateModel(
            name="ApiRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mode", models.TextField(choices=[("live", "正式"), ("test", "沙箱")])),
                ("idempotency_key", models.TextField()),
                ("operation", models.TextField()),
                ("fingerprint", models.BinaryField(help_text="SHA-256 of method, path and body, as sent")),
                ("status", models.PositiveSmallIntegerField()),
                ("answer", models.BinaryField()),
                ("answered_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.vendor"
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.vendorkey"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_request",
            },
        ),
        migrations.CreateModel(
            name="ApiCall",
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
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.vendor"
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.vendorkey"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_call",
            },
        ),
        migrations.CreateModel(
            name="VendorMerchant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_on", models.BooleanField(default=True)),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.merchant"
                    ),
                ),
                (
                    "terminal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.posterminal"
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merchants", to="card_vendors.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_merchant",
            },
        ),
        migrations.CreateModel(
            name="VendorOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("reference", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_issuing.cardorder"
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_order",
            },
        ),
        migrations.CreateModel(
            name="VendorPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("amount_fen", models.BigIntegerField()),
                ("outcome", models.TextField(help_text="posted, or why not")),
                ("reference", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "card",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card_vendors.consent",
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.vendormerchant"
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
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_payment",
            },
        ),
        migrations.CreateModel(
            name="VendorRefund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("amount_fen", models.BigIntegerField()),
                ("reason", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="card_vendors.vendorpayment",
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
                "db_table": "card_vendor_refund",
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mode", models.TextField(choices=[("live", "正式"), ("test", "沙箱")])),
                ("url", models.TextField()),
                ("secret", nanhu.kernel.crypto.EncryptedTextField(purpose="card.vendor_webhook")),
                ("is_on", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="webhooks", to="card_vendors.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_webhook",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_vendors.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_event",
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
                ("trouble", models.TextField(blank=True, default="")),
                ("is_replay", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="card_vendors.webhookevent",
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_delivery",
            },
        ),
        migrations.CreateModel(
            name="SandboxRefund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("amount_fen", models.BigIntegerField()),
                ("reason", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="card_vendors.sandboxpayment",
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_sandbox_refund",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="card_vendor_sandbox_refund_fen"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="sandboxpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_fen__gt", 0), ("refunded_fen__gte", 0), ("refunded_fen__lte", models.F("amount_fen"))
                ),
                name="card_vendor_sandbox_payment_fen",
            ),
        ),
        migrations.AddConstraint(
            model_name="sandboxcard",
            constraint=models.UniqueConstraint(fields=("vendor", "kind"), name="card_vendor_sandbox_card_once"),
        ),
        migrations.AddConstraint(
            model_name="sandboxcard",
            constraint=models.CheckConstraint(
                condition=models.Q(("balance_fen__gte", 0), ("spent_fen__gte", 0)), name="card_vendor_sandbox_card_fen"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("vendor", "person"), name="card_vendor_consent_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("most_fen__gt", 0), ("most_fen__lte", 500000)), name="card_vendor_consent_fen"
            ),
        ),
        migrations.AddConstraint(
            model_name="vendorkey",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["live", "test"])), name="card_vendor_key_mode"
            ),
        ),
        migrations.AddConstraint(
            model_name="vendorkey",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__regex", "^[0-9A-Za-z]{12}$")), name="card_vendor_key_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="vendorkey",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at", None), ("ends_at__gt", models.F("created_at")), _connector="OR"),
                name="card_vendor_key_ends_after",
            ),
        ),
        migrations.AddConstraint(
            model_name="apirequest",
            constraint=models.UniqueConstraint(
                fields=("vendor", "mode", "idempotency_key"), name="card_vendor_request_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="apirequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["live", "test"])), name="card_vendor_request_mode"
            ),
        ),
        migrations.AddConstraint(
            model_name="apirequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("idempotency_key__regex", "^[!-~]{8,80}$")), name="card_vendor_request_key_shape"
            ),
        ),
        migrations.AddIndex(
            model_name="apicall",
            index=models.Index(fields=["vendor", "-id"], name="card_vendor_call_newest"),
        ),
        migrations.AddConstraint(
            model_name="vendormerchant",
            constraint=models.UniqueConstraint(fields=("vendor", "merchant"), name="card_vendor_merchant_once"),
        ),
        migrations.AddIndex(
            model_name="vendorpayment",
            index=models.Index(fields=["vendor", "-id"], name="card_vendor_payment_newest"),
        ),
        migrations.AddIndex(
            model_name="vendorpayment",
            index=models.Index(
                condition=models.Q(("outcome", "posted"), ("settled_at", None)),
                fields=["id"],
                name="card_vendor_unsettled",
            ),
        ),
        migrations.AddConstraint(
            model_name="vendorpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0), models.Q(("outcome", ""), _negated=True)),
                name="card_vendor_payment_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="vendorrefund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0)), name="card_vendor_refund_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.UniqueConstraint(fields=("vendor", "mode"), name="card_vendor_webhook_once"),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["live", "test"])), name="card_vendor_webhook_mode"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookevent",
            index=models.Index(fields=["vendor", "-id"], name="card_vendor_event_newest"),
        ),
        migrations.AddConstraint(
            model_name="webhookevent",
            constraint=models.UniqueConstraint(fields=("vendor", "mode", "key"), name="card_vendor_event_once"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["due_at"], name="card_vendor_delivery_due"
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
                name="card_vendor_delivery_state",
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
