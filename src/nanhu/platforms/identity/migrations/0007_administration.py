from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Case, F, Q, Value, When

import nanhu.kernel.clock
from nanhu.kernel.sqlfiles import run_sql_file

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_fast_path")]

    operations = [
        migrations.AddField("account", "grace_until", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(
                condition=Q(grace_until=None) | Q(state__in=["active", "must_complete"]),
                name="identity_account_grace_while_open",
            ),
        ),
        migrations.AlterField(
            "ssosession",
            "ended_how",
            models.CharField(
                blank=True,
                choices=[
                    ("signed_out", "本人退出"),
                    ("ended_elsewhere", "本人从别处退出"),
                    ("idle", "长时间未使用"),
                    ("too_old", "达到最长时限"),
                    ("replaced", "同一浏览器重新登录"),
                    ("credentials_changed", "密码或密保已改"),
                    ("account_closed", "账号停用"),
                    ("ended_by_clerk", "管理员代为退出"),
                ],
                default="",
                max_length=24,
            ),
        ),
        migrations.AddField("rolegrant", "reason", models.CharField(blank=True, default="", max_length=200)),
        migrations.AddField("rolegrant", "ends_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "rolegrant",
            "duty",
            models.GeneratedField(
                db_persist=True,
                expression=Case(
                    When(role__in=("campus.admin", "identity.admin", "identity.clerk"), then=Value("run")),
                    When(role__in=("identity.security",), then=Value("guard")),
                    When(role__in=("identity.auditor",), then=Value("audit")),
                    default=None,
                    output_field=models.TextField(),
                ),
                output_field=models.TextField(null=True),
            ),
        ),
        migrations.AddConstraint(
            "rolegrant",
            django.contrib.postgres.constraints.ExclusionConstraint(
                condition=Q(revoked_at=None),
                expressions=[(F("account"), "="), (F("duty"), "<>")],
                name="identity_grant_one_duty",
            ),
        ),
        migrations.AddConstraint(
            "rolegrant",
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("created_at")), name="identity_grant_ends_later"
            ),
        ),
        migrations.CreateModel(
            "Suspension",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                ("suspended_by", models.TextField()),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("until", models.DateTimeField(null=True)),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_by", models.TextField(blank=True, default="")),
                ("lift_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="suspensions", to="identity.account"
                    ),
                ),
            ],
            {
                "db_table": "identity_suspension",
                "indexes": [
                    models.Index(
                        condition=Q(lifted_at=None, until__isnull=False),
                        fields=["until"],
                        name="identity_suspension_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(lifted_at=None), fields=("account",), name="identity_suspended_once"
                    ),
                    models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="identity_suspension_has_reason"),
                    models.CheckConstraint(
                        condition=Q(until=None) | Q(until__gt=F("created_at")), name="identity_suspension_ends_later"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            "ssogrant", django.contrib.postgres.indexes.BrinIndex(fields=["created_at"], name="identity_grant_created")
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[run_sql_file(SQL / "sign_in_log.sql")],
            state_operations=[
                migrations.CreateModel(
                    "SignInEvent",
                    [
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("sign_in", "登录"),
                                    ("renew", "再次验证"),
                                    ("refused", "拒绝"),
                                    ("sign_out", "退出"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("account_id", models.BigIntegerField(null=True)),
                        ("campus_no", models.CharField(blank=True, default="", max_length=40)),
                        ("name_key", models.CharField(blank=True, default="", max_length=16)),
                        ("how", models.CharField(blank=True, default="", max_length=60)),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("wrong", "密码不对"),
                                    ("unknown", "没有这个账号"),
                                    ("closed", "账号停用或未激活"),
                                    ("throttled", "尝试过多"),
                                    ("second_factor", "第二因素不对"),
                                    ("other", "其他"),
                                ],
                                default="",
                                max_length=20,
                            ),
                        ),
                        ("address", models.TextField(blank=True, default="")),
                        ("browser", models.CharField(blank=True, default="", max_length=300)),
                        ("application", models.CharField(blank=True, default="", max_length=60)),
                        ("session_id", models.BigIntegerField(null=True)),
                    ],
                    {
                        "db_table": "identity_sign_in_event",
                        "indexes": [
                            models.Index(fields=["-at", "-id"], name="identity_sign_in_at"),
                            models.Index(
                                condition=Q(account_id__isnull=False),
                                fields=["account_id", "-at"],
                                name="identity_sign_in_account",
                            ),
                            models.Index(fields=["address", "-at"], name="identity_sign_in_address"),
                            models.Index(
                                condition=~Q(name_key=""), fields=["name_key", "-at"], name="identity_sign_in_name"
                            ),
                            models.Index(condition=Q(kind="refused"), fields=["-at"], name="identity_sign_in_refused"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=Q(kind__in=["sign_in", "renew", "refused", "sign_out"]),
                                name="identity_sign_in_kind_known",
                            )
                        ],
                    },
                )
            ],
        ),
    ]
