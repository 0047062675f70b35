import uuid
from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial"), ("files", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="PrintTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("paper", models.TextField()),
                ("text", models.TextField()),
                ("starts_on", models.DateField()),
                ("reason", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("created_by_name", models.TextField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by_name", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "kernel_print_template",
                "indexes": [models.Index(fields=["paper", "-starts_on", "-id"], name="kernel_print_template_in_force")],
            },
        ),
        migrations.CreateModel(
            name="PrintedDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("paper", models.TextField()),
                ("number", models.TextField()),
                ("code", models.CharField(max_length=22, unique=True)),
                ("issuer", models.TextField()),
                ("holder_id", models.BigIntegerField(null=True)),
                ("holder_masked", models.TextField()),
                ("issued_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("issued_by_name", models.TextField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by_name", models.TextField(blank=True, default="")),
                ("why_revoked", models.TextField(blank=True, default="")),
                (
                    "template",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="printing.printtemplate",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
            ],
            options={
                "db_table": "kernel_printed_document",
                "indexes": [models.Index(fields=["-issued_at"], name="kernel_printed_document_new")],
                "constraints": [
                    models.UniqueConstraint(fields=("paper", "number"), name="kernel_printed_document_number"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[\\w-]{22}$")), name="kernel_printed_document_code"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at", None), ("why_revoked", "")),
                            models.Q(("revoked_at__isnull", False), models.Q(("why_revoked", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="kernel_printed_document_revoked_for_a_reason",
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parents[1] / "sql"),
    ]
