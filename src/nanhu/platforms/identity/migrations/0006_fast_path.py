from pathlib import Path

from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("identity", "0005_logout_ledger")]

    operations = [
        migrations.AddField("ssosession", "cookie_mark", models.BinaryField(max_length=32, null=True)),
        migrations.AddField("ssosession", "password_mark", models.BinaryField(max_length=32, null=True)),
        migrations.AddConstraint(
            "ssosession", models.UniqueConstraint(fields=["cookie_mark"], name="identity_session_cookie_mark")
        ),
        run_sql_file(SQL / "front.sql"),
    ]
