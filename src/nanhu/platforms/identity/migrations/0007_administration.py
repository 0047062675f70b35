from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_fast_path")]

    operations = []
