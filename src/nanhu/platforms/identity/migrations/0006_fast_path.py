from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0005_logout_ledger")]

    operations = []
