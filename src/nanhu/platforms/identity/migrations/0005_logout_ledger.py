from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import nanhu.kernel.clock
from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"
STATES = ["open", "waiting", "done", "silent", "unreachable"]
LABELS = ["使用中", "正在通知退出", "已退出", "不接收退出通知", "未能通知到"]


def key_to(model: str, *, is_checked: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=model, db_constraint=is_checked
    )


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_registry")]

    operations = [
        migrations.AlterField("serviceticket", "application", key_to("identity.application")),
        migrations.AlterField("serviceticket", "session", key_to("identity.ssosession")),
        migrations.AddField("ssogrant", "logout_asked_at", models.DateTimeField(null=True)),
        migrations.AddField("ssogrant", "logout_due_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "ssogrant",
            "logout",
            models.CharField(choices=list(zip(STATES, LABELS, strict=True)), default="open", max_length=12),
        ),
        run_sql_file(SQL / "waiting_grants.sql"),
        migrations.RemoveConstraint("ssogrant", "identity_grant_logout_known"),
        migrations.AddConstraint(
            "ssogrant", models.CheckConstraint(condition=Q(logout__in=STATES), name="identity_grant_logout_known")
        ),
        migrations.AddConstraint(
            "ssogrant",
            models.CheckConstraint(
                condition=~Q(logout="waiting") | Q(logout_due_at__isnull=False, logout_asked_at__isnull=False),
                name="identity_grant_waiting_has_a_time",
            ),
        ),
        migrations.AddIndex("ssogrant", models.Index(fields=["session", "id"], name="identity_grant_session")),
        migrations.AddIndex(
            "ssogrant",
            models.Index(
                fields=["application", "logout_due_at"], name="identity_grant_due", condition=Q(logout="waiting")
            ),
        ),
        migrations.CreateModel(
            name="ProxyGrantingTicket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ticket_hash", models.BinaryField(unique=True)),
                ("chain", models.JSONField()),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("application", key_to("identity.application", is_checked=True)),
                ("session", key_to("identity.ssosession", is_checked=True)),
            ],
            options={"db_table": "identity_proxy_granting_ticket"},
        ),
        migrations.CreateModel(
            name="ProxyTicket",
            fields=[
                ("ticket_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("service", models.TextField()),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("application", key_to("identity.application")),
                ("granting", key_to("identity.proxygrantingticket")),
            ],
            options={"db_table": "identity_proxy_ticket"},
        ),
        run_sql_file(SQL / "unlogged_proxy_tickets.sql"),
    ]
