from pathlib import Path

from django.db import migrations

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("card", "0005_limits_holds_refunds")]

    operations = [
        run_sql_file(SQL / "given_back.sql", replaces=(SQL / "reversal_of_holds.sql", SQL / "refunds.sql")),
    ]
