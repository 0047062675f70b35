from pathlib import Path

import django.utils.timezone
from django.db import migrations, models

import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0002_audit_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("from_number", models.BigIntegerField()),
                ("until_number", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                ("faults", models.JSONField(default=list)),
            ],
            options={
                "db_table": "kernel_audit_check",
            },
        ),
        migrations.CreateModel(
            name="AuditBlock",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("era", models.BigIntegerField()),
                ("after_xid", models.BigIntegerField()),
                ("after_id", models.BigIntegerField()),
                ("until_xid", models.BigIntegerField()),
                ("until_id", models.BigIntegerField()),
                ("rows", models.PositiveIntegerField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("algorithm", models.CharField(max_length=10)),
                ("digest", models.CharField(max_length=64)),
                ("previous", models.CharField(max_length=64)),
                ("seal", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
                ("witness", nanhu.kernel.crypto.EncryptedTextField(purpose="kernel.audit_seal")),
                ("archived_at", models.DateTimeField(null=True)),
                ("archive", models.TextField(blank=True, default="")),
                ("removed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "kernel_audit_block",
                "indexes": [models.Index(fields=["sealed_at"], name="kernel_audit_block_sealed")],
                "constraints": [
                    models.UniqueConstraint(fields=("era", "until_xid", "until_id"), name="kernel_audit_block_order"),
                    models.UniqueConstraint(fields=("previous",), name="kernel_audit_block_chain"),
                    models.CheckConstraint(
                        condition=models.Q(("algorithm__in", ["sha256", "sm3"])), name="kernel_audit_block_algorithm"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("removed_at", None), ("archived_at__isnull", False), _connector="OR"),
                        name="kernel_audit_block_archived_first",
                    ),
                ],
            },
        ),
        run_sql_file(SQL / "audit_seals.sql"),
    ]
