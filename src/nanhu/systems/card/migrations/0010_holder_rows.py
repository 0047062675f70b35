from pathlib import Path

from django.db import migrations

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("card", "0009_whole_units")]

    operations = [run_sql_file(SQL / "holder_rows.sql")]
