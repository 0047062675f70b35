from pathlib import Path

from django.db import migrations

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("card_doors", "0001_doors")]

    operations = [run_sql_file(SQL / "moving.sql")]
