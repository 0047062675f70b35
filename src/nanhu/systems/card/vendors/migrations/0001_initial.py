import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("card", "0001_initial"),
        ("card_issuing", "0001_initial"),
        ("openapi", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_consent",
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
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_sandbox_card",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_sandbox_order",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_sandbox_payment",
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
            },
        ),
        migrations.CreateModel(
            name="VendorBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.lossreport"
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
                "db_table": "card_vendor_block",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="terminals.terminal"
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.vendor"
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.vendor"
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
            name="VendorUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit", models.TextField()),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "card_vendor_unit",
            },
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
            model_name="sandboxpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_fen__gt", 0), ("refunded_fen__gte", 0), ("refunded_fen__lte", models.F("amount_fen"))
                ),
                name="card_vendor_sandbox_payment_fen",
            ),
        ),
        migrations.AddConstraint(
            model_name="sandboxrefund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0)), name="card_vendor_sandbox_refund_fen"
            ),
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
            model_name="vendorunit",
            constraint=models.UniqueConstraint(fields=("vendor", "unit"), name="card_vendor_unit_once"),
        ),
    ]
