from pathlib import Path

from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("card_chip", "0004_store")]

    operations = [
        migrations.AddField(
            model_name="chiprow",
            name="offline_counter",
            field=models.PositiveIntegerField(
                help_text="of a load: how many purchases the card had counted, where the terminal read it", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="chiprow",
            constraint=models.CheckConstraint(
                condition=models.Q(offline_counter__isnull=True) | models.Q(kind="load", offline_counter__lte=0xFFFF),
                name="card_chip_row_offline_counter",
            ),
        ),
        run_sql_file(SQL / "store_in_order.sql", replaces=(SQL / "store.sql",)),
        run_sql_file(SQL / "account_counted.sql", replaces=(SQL / "account.sql",)),
    ]
