from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.clock
import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0001_initial"),
        ("identity", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("address", models.CharField(max_length=500, unique=True)),
                ("certificate", models.TextField()),
                ("is_enabled", models.BooleanField(default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待首次更新"),
                            ("good", "正常"),
                            ("failing", "更新失败，沿用上一份"),
                            ("expired", "已过期，停止使用"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("problem", models.CharField(blank=True, default="", max_length=300)),
                ("tried_at", models.DateTimeField(null=True)),
                ("refreshed_at", models.DateTimeField(null=True)),
                ("issued_at", models.DateTimeField(null=True)),
                ("valid_until", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("digest", models.CharField(blank=True, default="", max_length=64)),
                ("entity_tag", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.application"
                    ),
                ),
            ],
            options={
                "db_table": "identity_saml_feed",
            },
        ),
        migrations.CreateModel(
            name="Partner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity_id", models.TextField()),
                ("name", models.CharField(max_length=200)),
                ("xml", models.TextField()),
                ("facts", models.JSONField()),
                ("valid_until", models.DateTimeField(null=True)),
                ("is_gone", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("changed_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "application",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saml_partner",
                        to="identity.application",
                    ),
                ),
                (
                    "feed",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="partners",
                        to="identity_saml.feed",
                    ),
                ),
            ],
            options={
                "db_table": "identity_saml_partner",
            },
        ),
        migrations.CreateModel(
            name="PersistentName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("audience", models.TextField(blank=True)),
                ("value", models.CharField(max_length=127, unique=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_saml_persistent_name",
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity_id", models.TextField()),
                ("session_index", models.CharField(max_length=64, unique=True)),
                ("name_id", models.CharField(max_length=127)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "grant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.ssogrant"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.ssosession"
                    ),
                ),
            ],
            options={
                "db_table": "identity_saml_sign_in",
            },
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", nanhu.kernel.crypto.EncryptedTextField(purpose="saml.signing_key")),
                ("certificate", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("next", "已公布，待启用"),
                            ("signing", "正在签名"),
                            ("former", "已换下，仍公布"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("changed_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
            ],
            options={
                "db_table": "identity_saml_key",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["next", "signing", "former", "withdrawn"])),
                        name="identity_saml_key_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "signing")), fields=("state",), name="identity_saml_one_signs"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "next")), fields=("state",), name="identity_saml_one_is_next"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "good", "failing", "expired"])),
                name="identity_saml_feed_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "good"), _negated=True), ("valid_until__isnull", False), _connector="OR"
                ),
                name="identity_saml_feed_good_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.CheckConstraint(
                condition=models.Q(("certificate", ""), _negated=True), name="identity_saml_feed_is_pinned"
            ),
        ),
        migrations.AddIndex(
            model_name="partner",
            index=models.Index(fields=["entity_id"], name="identity_saml_partner_id"),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.UniqueConstraint(
                fields=("feed", "entity_id"), name="identity_saml_partner_once_in_a_feed"
            ),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.UniqueConstraint(
                condition=models.Q(("feed", None)), fields=("entity_id",), name="identity_saml_partner_pasted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=models.Q(("feed__isnull", False), ("application__isnull", False), _connector="OR"),
                name="identity_saml_pasted_has_a_record",
            ),
        ),
        migrations.AddConstraint(
            model_name="persistentname",
            constraint=models.UniqueConstraint(fields=("account", "audience"), name="identity_saml_one_name_each"),
        ),
        migrations.AddIndex(
            model_name="signin",
            index=models.Index(fields=["entity_id", "name_id"], name="identity_saml_sign_in_name"),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
