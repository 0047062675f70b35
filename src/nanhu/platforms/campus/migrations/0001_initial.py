from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                ("name", models.TextField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("campus", "校区"),
                            ("dorm", "宿舍"),
                            ("library", "图书馆"),
                            ("teaching", "教学楼"),
                            ("lab", "实验室"),
                            ("other", "其他"),
                        ]
                    ),
                ),
                ("closed_at", models.DateTimeField(help_text="closes all below it, too", null=True)),
                ("closed_by_name", models.TextField(blank=True, default="")),
                ("why_closed", models.TextField(blank=True, default="")),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1, editable=False, help_text="counts its changes, by a trigger"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campus.place",
                    ),
                ),
            ],
            options={
                "db_table": "campus_place",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("key__regex", "^[0-9a-z][0-9a-z.-]{0,39}$"), models.Q(("name", ""), _negated=True)
                        ),
                        name="campus_place_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["campus", "dorm", "library", "teaching", "lab", "other"])),
                        name="campus_place_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"
                        ),
                        name="campus_place_is_not_its_own_parent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by_name", ""), ("why_closed", "")),
                            models.Q(
                                ("closed_at__isnull", False),
                                models.Q(("closed_by_name", ""), _negated=True),
                                models.Q(("why_closed", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="campus_place_is_closed_for_a_reason",
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
