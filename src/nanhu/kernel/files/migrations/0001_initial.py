import uuid
from pathlib import Path

import django.utils.timezone
from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("purpose", models.TextField(help_text="room.noun, as its room declared it")),
                ("target", models.TextField(help_text="what it belongs to, as in the audit")),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveBigIntegerField()),
                ("kind", models.CharField(max_length=8)),
                ("name", models.TextField(help_text="what its reader saves it as")),
                ("kept_until", models.DateField(help_text="null: for ever", null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("created_by_name", models.TextField()),
                ("held_at", models.DateTimeField(null=True)),
                ("held_by_name", models.TextField(blank=True, default="")),
                ("why_held", models.TextField(blank=True, default="")),
                ("removed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "kernel_file",
                "indexes": [
                    models.Index(fields=["sha256"], name="kernel_file_content"),
                    models.Index(
                        condition=models.Q(("removed_at", None)), fields=["kept_until"], name="kernel_file_over"
                    ),
                    models.Index(fields=["target"], name="kernel_file_target"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="kernel_file_is_addressed"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("held_at", None), ("why_held", "")),
                            models.Q(
                                ("held_at__isnull", False),
                                ("removed_at", None),
                                models.Q(("why_held", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="kernel_file_held_stays",
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parents[1] / "sql"),
    ]
