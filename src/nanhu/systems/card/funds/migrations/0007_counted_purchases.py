from pathlib import Path

from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("card_funds", "0006_deductions")]

    operations = [
        migrations.AddField(
            model_name="claimorder",
            name="offline_counter",
            field=models.BigIntegerField(help_text="how many purchases the chip had counted by then", null=True),
        ),
        run_sql_file(SQL / "counted.sql", replaces=(SQL / "authorised.sql",)),
    ]
