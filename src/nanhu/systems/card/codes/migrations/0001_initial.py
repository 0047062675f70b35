import uuid
from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("card", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CodeDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("number", models.TextField(help_text="as it stands in the codes", unique=True)),
                ("name", models.TextField()),
                ("pay_key", nanhu.kernel.crypto.EncryptedTextField(purpose="card.code_pay_key")),
                ("door_key", nanhu.kernel.crypto.EncryptedTextField(purpose="card.code_door_key")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ending",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("owner", "本人停用"),
                            ("lost", "手机丢失"),
                            ("replaced", "换了手机"),
                            ("office", "校园卡管理办公室停用"),
                            ("parted", "两人的记录已分开"),
                        ],
                        default="",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "card_code_device",
            },
        ),
        migrations.CreateModel(
            name="CodeUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("step", models.BigIntegerField()),
                ("nonce", models.TextField()),
                ("sequence", models.BigIntegerField()),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="card_codes.codedevice"
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="terminals.terminal"
                    ),
                ),
            ],
            options={
                "db_table": "card_code_use",
            },
        ),
        migrations.AddIndex(
            model_name="codedevice",
            index=models.Index(fields=["person", "-created_at"], name="card_code_device_of_person"),
        ),
        migrations.AddConstraint(
            model_name="codedevice",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__regex", "^[0-9A-HJKMNP-TV-Z]{8}$")), name="card_code_device_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="codedevice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ending", "")),
                    models.Q(("ended_at__isnull", False), models.Q(("ending", ""), _negated=True)),
                    _connector="OR",
                ),
                name="card_code_device_ended_for_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="codeuse",
            index=models.Index(fields=["device", "-at"], name="card_code_use_of_device"),
        ),
        migrations.AddConstraint(
            model_name="codeuse",
            constraint=models.UniqueConstraint(fields=("device", "step", "nonce"), name="card_code_is_used_once"),
        ),
        migrations.AddConstraint(
            model_name="codeuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["pay", "door"])), name="card_code_use_kind"
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
