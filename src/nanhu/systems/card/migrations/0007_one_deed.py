from pathlib import Path

from django.db import migrations

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("card", "0006_given_back"), ("card_devices", "0001_requests")]

    operations = [run_sql_file(SQL / "one_deed.sql")]
