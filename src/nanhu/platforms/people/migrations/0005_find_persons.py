import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_guests"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="affiliation",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("campus_no"), name="text_pattern_ops"
                ),
                name="people_affiliation_number",
            ),
        ),
        migrations.AddIndex(
            model_name="affiliation",
            index=models.Index(
                condition=models.Q(("state__in", ["active", "suspended"])),
                fields=["person"],
                name="people_affiliation_alive",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass("name", name="text_pattern_ops"),
                condition=models.Q(("merged_into", None)),
                name="people_person_name_start",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Replace("pinyin", models.Value(" "), models.Value("")),
                    name="text_pattern_ops",
                ),
                condition=models.Q(("merged_into", None)),
                name="people_person_pinyin_start",
            ),
        ),
    ]
