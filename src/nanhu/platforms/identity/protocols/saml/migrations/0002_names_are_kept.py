from pathlib import Path

from django.db import migrations

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("identity_saml", "0001_initial"), ("kernel", "0002_audit_append_only")]

    operations = [run_sql_file(SQL / "names_append_only.sql")]
