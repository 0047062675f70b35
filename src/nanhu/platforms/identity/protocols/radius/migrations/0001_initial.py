import django.db.models.deletion
from django.db import migrations, models

import nanhu.kernel.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RadiusClient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "service",
                    models.CharField(
                        choices=[("network", "无线网、VPN（FreeRADIUS）"), ("mail", "邮件（Dovecot）")],
                        default="network",
                        max_length=12,
                    ),
                ),
                ("key_hash", models.BinaryField(max_length=32, unique=True)),
                ("former_key_hash", models.BinaryField(max_length=32, null=True)),
                ("former_key_until", models.DateTimeField(null=True)),
                ("session_seconds", models.PositiveIntegerField(default=28800)),
                ("is_enabled", models.BooleanField(default=True)),
                ("last_request_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.application"
                    ),
                ),
            ],
            options={
                "db_table": "identity_radius_client",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("session_seconds__range", (60, 604800))),
                        name="identity_radius_session_length",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("service__in", ["network", "mail"])), name="identity_radius_service"
                    ),
                ],
            },
        ),
    ]
