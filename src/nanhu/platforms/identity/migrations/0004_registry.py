from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_one_session_for_every_protocol")]

    operations = []
