import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.clock
import nanhu.kernel.crypto


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Challenge",
            fields=[
                ("public_id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("subject", models.BinaryField()),
                ("seed", models.CharField(max_length=64)),
                ("bits", models.PositiveSmallIntegerField()),
                ("answer_hash", models.BinaryField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "identity_challenge",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("bits__range", (1, 30))), name="identity_challenge_can_be_solved"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_hash", models.BinaryField(unique=True)),
                ("kind", models.CharField(choices=[("find", "查询账号"), ("reset", "忘记密码")], max_length=8)),
                ("subject", models.BinaryField()),
                ("password_changed_at", models.DateTimeField(null=True)),
                (
                    "channel",
                    models.CharField(
                        blank=True, choices=[("phone", "手机"), ("mail", "邮箱")], default="", max_length=8
                    ),
                ),
                ("code_serial", models.PositiveIntegerField(default=0)),
                ("code_hash", models.BinaryField(null=True)),
                ("code_expires_at", models.DateTimeField(null=True)),
                ("tries_left", models.PositiveSmallIntegerField(default=0)),
                ("proved_by", models.CharField(blank=True, default="", max_length=12)),
                ("proved_at", models.DateTimeField(null=True)),
                ("spent_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
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
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "identity_recovery_attempt",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["find", "reset"])), name="identity_attempt_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proved_at", None), ("proved_by", "")),
                            models.Q(("proved_at__isnull", False), models.Q(("proved_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="identity_attempt_proof_says_how",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("proved_at", None), ("person__isnull", False), _connector="OR"),
                        name="identity_attempt_nobody_proves_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("spent_at", None), ("proved_at__isnull", False), _connector="OR"),
                        name="identity_attempt_spent_when_proved",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("phone", "手机"), ("mail", "邮箱")], max_length=8)),
                ("address", nanhu.kernel.crypto.EncryptedTextField(purpose="identity.contact_change")),
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
                "db_table": "identity_contact_change",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("used_at", None)),
                        fields=("account", "kind"),
                        name="identity_one_live_contact_change",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["phone", "mail"])), name="identity_contact_change_kind"
                    ),
                ],
            },
        ),
    ]
