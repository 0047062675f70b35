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
            name="Health",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="health",
                        serialize=False,
                        to="identity.application",
                    ),
                ),
                (
                    "state",
                    models.CharField(choices=[("up", "正常"), ("slow", "缓慢"), ("down", "无法访问")], max_length=8),
                ),
                ("since", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("checked_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("milliseconds", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, default="", max_length=200)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
            ],
            options={
                "db_table": "identity_health",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["up", "slow", "down"])), name="identity_health_state_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HealthLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(choices=[("up", "正常"), ("slow", "缓慢"), ("down", "无法访问")], max_length=8),
                ),
                ("milliseconds", models.PositiveIntegerField()),
                ("error", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField(db_index=True, default=nanhu.kernel.clock.now)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.application"
                    ),
                ),
            ],
            options={
                "db_table": "identity_health_look",
                "indexes": [models.Index(fields=["application", "-created_at"], name="identity_health_look_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["up", "slow", "down"])),
                        name="identity_health_look_state_known",
                    )
                ],
            },
        ),
    ]
