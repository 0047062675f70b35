from pathlib import Path

from django.db import migrations

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("card", "0008_corrected_spent")]

    operations = [
        run_sql_file(SQL / "whole_units.sql", replaces=(SQL / "release.sql",)),
    ]
