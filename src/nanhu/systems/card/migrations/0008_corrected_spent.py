from pathlib import Path

from django.db import migrations

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("card", "0007_one_deed")]

    operations = [
        run_sql_file(SQL / "corrected_spent.sql", replaces=(SQL / "spent_check.sql",)),
    ]
