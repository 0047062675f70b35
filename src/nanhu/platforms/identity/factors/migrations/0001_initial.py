import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.clock
import nanhu.kernel.crypto


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactFactor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_contact_factor",
            },
        ),
        migrations.CreateModel(
            name="PasskeyChallenge",
            fields=[
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("register", "登记"), ("sign_in", "登录"), ("second", "第二步")], max_length=12
                    ),
                ),
                ("challenge", models.BinaryField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "identity_passkey_challenge",
            },
        ),
        migrations.CreateModel(
            name="ContactCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.BinaryField()),
                ("tries_left", models.PositiveSmallIntegerField(default=5)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_contact_code",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("used_at", None)),
                        fields=("account",),
                        name="identity_contact_code_one_live",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NewDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "answer",
                    models.CharField(
                        blank=True, choices=[("mine", "是我"), ("not_mine", "不是我")], default="", max_length=10
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.ssosession"
                    ),
                ),
            ],
            options={
                "db_table": "identity_new_device",
                "indexes": [models.Index(fields=["account", "-created_at"], name="identity_new_device_account")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None)),
                            models.Q(("answer__in", ["mine", "not_mine"]), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="identity_new_device_answer",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("credential_id", models.BinaryField(unique=True)),
                ("public_key", models.BinaryField()),
                ("sign_count", models.BigIntegerField(default=0)),
                ("name", models.CharField(max_length=60)),
                ("transports", models.JSONField(default=list)),
                ("is_synced", models.BooleanField(default=False)),
                ("suspect_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_passkey",
                "indexes": [models.Index(fields=["account"], name="identity_passkey_account")],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.BinaryField()),
                ("used_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_recovery_code",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "code_hash"), name="identity_recovery_code_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RememberedBrowser",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("token_hash", models.BinaryField(unique=True)),
                ("user_agent", models.CharField(blank=True, default="", max_length=300)),
                ("address", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_remembered_browser",
                "indexes": [
                    models.Index(
                        condition=models.Q(("revoked_at", None)), fields=["account"], name="identity_remembered_live"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ScanRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.BinaryField(unique=True)),
                ("poll_hash", models.BinaryField(unique=True)),
                ("number", models.PositiveSmallIntegerField()),
                ("address", models.TextField(blank=True, default="")),
                ("user_agent", models.CharField(blank=True, default="", max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待扫码"),
                            ("claimed", "已扫码"),
                            ("approved", "已确认"),
                            ("refused", "已拒绝"),
                            ("used", "已登录"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "claimed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.ssosession",
                    ),
                ),
            ],
            options={
                "db_table": "identity_scan_request",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__range", (10, 99))), name="identity_scan_two_digits"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "refused"]), ("claimed_by__isnull", False), _connector="OR"
                        ),
                        name="identity_scan_says_who",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state__in", ["waiting", "claimed"])),
                            models.Q(("decided_at__isnull", False), ("state__in", ["approved", "refused", "used"])),
                            _connector="OR",
                        ),
                        name="identity_scan_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TotpFactor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret", nanhu.kernel.crypto.EncryptedTextField(purpose="identity.totp_secret")),
                ("last_step", models.BigIntegerField(default=-1)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_totp_factor",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False)),
                        fields=("account",),
                        name="identity_totp_one_counts",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at", None)), fields=("account",), name="identity_totp_one_waits"
                    ),
                ],
            },
        ),
    ]
