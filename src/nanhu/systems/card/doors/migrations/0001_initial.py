from pathlib import Path

from django.db import migrations

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [("card", "0001_initial")]

    operations = [*run_sql_folder(Path(__file__).parent.parent / "sql")]
