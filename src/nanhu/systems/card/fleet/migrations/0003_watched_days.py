from pathlib import Path

from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("card_fleet", "0002_watch"),
        ("card_devices", "0001_requests"),
    ]

    operations = [
        migrations.AddField(
            model_name="lossreport",
            name="known_at",
            field=models.DateTimeField(
                help_text="when the last terminal in the field said that it refuses the card", null=True
            ),
        ),
        migrations.AddField(model_name="terminalwatch", name="day", field=models.DateField(null=True)),
        migrations.AddField(model_name="terminalwatch", name="repeated", field=models.IntegerField(default=0)),
        run_sql_file(SQL / "watch.sql"),
    ]
