from pathlib import Path

from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("people", "0003_calendar")]

    operations = [
        run_sql_file(SQL / "guest_number.sql"),
        migrations.RemoveConstraint(model_name="affiliation", name="people_affiliation_kind"),
        migrations.AlterField(
            model_name="affiliation",
            name="kind",
            field=models.TextField(
                choices=[
                    ("student", "学生"),
                    ("staff", "教职工"),
                    ("temporary", "临时人员"),
                    ("guest", "来宾"),
                ]
            ),
        ),
        migrations.AddConstraint(
            model_name="affiliation",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["student", "staff", "temporary", "guest"])),
                name="people_affiliation_kind",
            ),
        ),
    ]
