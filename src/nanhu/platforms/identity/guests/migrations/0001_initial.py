import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Sponsorship",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("campus_no", models.CharField(max_length=20, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("visitor", "访客"), ("parent", "家长"), ("partner", "合作单位"), ("alumnus", "校友")],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("ends_on", models.DateField()),
                ("invited_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "guest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "sponsor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_guests_sponsorship",
                "indexes": [
                    models.Index(fields=["sponsor", "-created_at"], name="identity_guests_sponsor"),
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["guest"], name="identity_guests_guest"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["visitor", "parent", "partner", "alumnus"])),
                        name="identity_guests_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="identity_guests_has_a_reason"
                    ),
                ],
            },
        ),
    ]
