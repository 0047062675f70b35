from pathlib import Path

from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("card_codes", "0001_devices")]

    operations = [
        migrations.RemoveConstraint(model_name="codeuse", name="card_code_is_used_once"),
        migrations.AddConstraint(
            model_name="codeuse",
            constraint=models.UniqueConstraint(fields=("device", "step", "nonce"), name="card_code_is_used_once"),
        ),
        run_sql_file(SQL / "claim.sql", replaces=(SQL / "codes.sql",)),
    ]
