from pathlib import Path

from django.db import migrations

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("card_chip", "0001_initial"), ("card", "0004_kinds"), ("ledger", "0001_initial")]

    operations = [run_sql_file(SQL / "keeping.sql")]
