from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("identity", "0007_administration")]

    operations = [
        migrations.AddField(
            model_name="recoverycontact",
            name="phone_settles_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="recoverycontact",
            name="email_settles_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="recoverycontact",
            constraint=models.CheckConstraint(
                condition=Q(phone_verified_at=None, phone_settles_at=None)
                | Q(phone__isnull=False, phone_verified_at__isnull=False, phone_settles_at__isnull=False),
                name="identity_contact_phone_settles",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverycontact",
            constraint=models.CheckConstraint(
                condition=Q(email_verified_at=None, email_settles_at=None)
                | (~Q(email="") & Q(email_verified_at__isnull=False, email_settles_at__isnull=False)),
                name="identity_contact_email_settles",
            ),
        ),
    ]
