from pathlib import Path

import django.utils.timezone
from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="NumberCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.TextField()),
                ("scope", models.TextField()),
                ("last", models.BigIntegerField()),
            ],
            options={
                "db_table": "kernel_number_counter",
                "constraints": [models.UniqueConstraint(fields=("series", "scope"), name="kernel_number_counter_once")],
            },
        ),
        migrations.CreateModel(
            name="TakenNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.TextField()),
                ("scope", models.TextField()),
                ("place", models.BigIntegerField()),
                ("number", models.TextField()),
                ("target", models.TextField()),
                ("taken_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("taken_by_name", models.TextField()),
                ("voided_at", models.DateTimeField(null=True)),
                ("voided_by_name", models.TextField(blank=True, default="")),
                ("why_void", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "kernel_number",
                "constraints": [
                    models.UniqueConstraint(fields=("series", "number"), name="kernel_number_once"),
                    models.UniqueConstraint(fields=("series", "scope", "place"), name="kernel_number_place_once"),
                    models.CheckConstraint(
                        condition=models.Q(("place__gte", 1), models.Q(("target", ""), _negated=True)),
                        name="kernel_number_is_of_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("voided_at", None), ("voided_by_name", ""), ("why_void", "")),
                            models.Q(
                                ("voided_at__isnull", False),
                                models.Q(("why_void", ""), _negated=True),
                                models.Q(("voided_by_name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="kernel_number_void_for_a_reason",
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parents[1] / "sql"),
    ]
