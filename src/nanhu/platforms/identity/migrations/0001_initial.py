import uuid
from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.clock
import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("awaiting_activation", "待激活"),
                            ("must_complete", "待完善"),
                            ("active", "正常"),
                            ("suspended", "已停用"),
                            ("ended", "已注销"),
                        ],
                        default="awaiting_activation",
                        max_length=24,
                    ),
                ),
                ("is_password_due", models.BooleanField(default=True)),
                ("initial_value_until", models.DateTimeField(null=True)),
                ("initial_value_used_at", models.DateTimeField(null=True)),
                ("password_changed_at", models.DateTimeField(null=True)),
                ("state_changed_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("grace_until", models.DateTimeField(null=True)),
                ("parted_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "opened_for",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "db_table": "identity_account",
            },
        ),
        migrations.CreateModel(
            name="KnownStation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.CharField(max_length=20)),
                ("station", models.BinaryField(max_length=32)),
                ("last_used_at", models.DateTimeField(db_index=True, default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_known_station",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "service", "station"), name="identity_known_station_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("description", models.CharField(blank=True, default="", max_length=200)),
                ("owner", models.CharField(max_length=80)),
                ("contact_text", models.CharField(blank=True, default="", max_length=120)),
                ("home_url", models.URLField(blank=True, default="", max_length=500)),
                ("health_url", models.URLField(blank=True, default="", max_length=500)),
                (
                    "menu_section",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("personal", "个人事务"),
                            ("work", "工作生活"),
                            ("study", "学习生活"),
                            ("service", "服务大厅"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("logout_url", models.URLField(blank=True, default="", max_length=500)),
                ("proxy_prefixes", models.JSONField(blank=True, default=list)),
                ("proxy_targets", models.JSONField(blank=True, default=list)),
                ("attributes", models.JSONField(blank=True, default=list)),
                ("entitlements", models.JSONField(blank=True, default=list)),
                (
                    "user_name",
                    models.CharField(
                        choices=[
                            ("staff_first", "工号优先"),
                            ("student_first", "学号优先"),
                            ("as_signed_in", "登录时用的号"),
                        ],
                        default="staff_first",
                        max_length=20,
                    ),
                ),
                ("has_attributes_in_cas2", models.BooleanField(default=True)),
                ("demands_second_factor", models.BooleanField(default=False)),
                ("admits_grace", models.BooleanField(default=False)),
                ("is_enabled", models.BooleanField(default=True)),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("reviewed_by", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner_unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.orgunit",
                    ),
                ),
            ],
            options={
                "db_table": "identity_application",
            },
        ),
        migrations.CreateModel(
            name="AccessRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "effect",
                    models.CharField(
                        choices=[
                            ("allow", "允许"),
                            ("deny", "禁止"),
                            ("tester", "维护时可进"),
                            ("role", "授予应用内角色"),
                        ],
                        default="allow",
                        max_length=8,
                    ),
                ),
                ("affiliation_kind", models.CharField(blank=True, default="", max_length=12)),
                ("category", models.CharField(blank=True, default="", max_length=40)),
                ("role", models.CharField(blank=True, default="", max_length=60)),
                ("grants", models.CharField(blank=True, default="", max_length=60)),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("created_by", models.TextField()),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.orgunit",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="access_rules",
                        to="identity.application",
                    ),
                ),
            ],
            options={
                "db_table": "identity_access_rule",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ApplicationAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("prefix", models.URLField(max_length=500)),
                ("origin", models.CharField(max_length=300)),
                ("path", models.CharField(blank=True, default="", max_length=500)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="addresses", to="identity.application"
                    ),
                ),
            ],
            options={
                "db_table": "identity_application_address",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="AttributeRelease",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("reason", models.CharField(max_length=200)),
                ("is_sensitive", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "待批准"), ("granted", "已释放"), ("refused", "未批准")],
                        default="granted",
                        max_length=12,
                    ),
                ),
                ("requested_by", models.TextField()),
                ("decided_by", models.TextField(blank=True, default="")),
                ("decided_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="releases", to="identity.application"
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decider",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "identity_attribute_release",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Maintenance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("notice", models.CharField(max_length=300)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="maintenances",
                        to="identity.application",
                    ),
                ),
            ],
            options={
                "db_table": "identity_maintenance",
                "ordering": ["-starts_at"],
            },
        ),
        migrations.CreateModel(
            name="OneTimeCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(choices=[("counter", "柜台重置"), ("activation", "激活短信")], max_length=20),
                ),
                ("code_hash", models.BinaryField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_one_time_code",
            },
        ),
        migrations.CreateModel(
            name="PrivacyConsent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=20)),
                ("address", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_privacy_consent",
            },
        ),
        migrations.CreateModel(
            name="ProxyGrantingTicket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ticket_hash", models.BinaryField(unique=True)),
                ("chain", models.JSONField()),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.application"
                    ),
                ),
            ],
            options={
                "db_table": "identity_proxy_granting_ticket",
            },
        ),
        migrations.CreateModel(
            name="ProxyTicket",
            fields=[
                ("ticket_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("service", models.TextField()),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "application",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="identity.application",
                    ),
                ),
                (
                    "granting",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="identity.proxygrantingticket",
                    ),
                ),
            ],
            options={
                "db_table": "identity_proxy_ticket",
            },
        ),
        migrations.CreateModel(
            name="RecoveryContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="identity.recovery_phone")),
                ("phone_index", models.BinaryField(null=True)),
                ("email", models.EmailField(blank=True, default="", max_length=254)),
                ("phone_verified_at", models.DateTimeField(null=True)),
                ("email_verified_at", models.DateTimeField(null=True)),
                ("phone_settles_at", models.DateTimeField(null=True)),
                ("email_settles_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("changed_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recovery_contact",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "identity_recovery_contact",
            },
        ),
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=60)),
                ("unit_code", models.CharField(blank=True, default="", max_length=40)),
                ("granted_by", models.TextField()),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("ends_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "duty",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                role__in=("campus.admin", "identity.admin", "identity.clerk"), then=models.Value("run")
                            ),
                            models.When(role__in=("identity.security",), then=models.Value("guard")),
                            models.When(role__in=("identity.auditor",), then=models.Value("audit")),
                            default=None,
                            output_field=models.TextField(),
                        ),
                        output_field=models.TextField(null=True),
                    ),
                ),
                (
                    "money_duty",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                role__in=("card.clerk", "card.registrar", "terminals.clerk", "terminals.registrar"),
                                then=models.Value("office"),
                            ),
                            models.When(role__in=("card.finance", "payments.finance"), then=models.Value("books")),
                            default=None,
                            output_field=models.TextField(),
                        ),
                        output_field=models.TextField(null=True),
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_grants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "identity_role_grant",
            },
        ),
        migrations.CreateModel(
            name="SecurityQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("question", models.CharField(max_length=100)),
                ("answer_hash", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="security_questions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "identity_security_question",
                "ordering": ["account_id", "position"],
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="SignInEvent",
                    fields=[
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
                    options={
                        "db_table": "identity_sign_in_event",
                        "indexes": [
                            models.Index(fields=["-at", "-id"], name="identity_sign_in_at"),
                            models.Index(
                                condition=models.Q(("account_id__isnull", False)),
                                fields=["account_id", "-at"],
                                name="identity_sign_in_account",
                            ),
                            models.Index(fields=["address", "-at"], name="identity_sign_in_address"),
                            models.Index(
                                condition=models.Q(("name_key", ""), _negated=True),
                                fields=["name_key", "-at"],
                                name="identity_sign_in_name",
                            ),
                            models.Index(
                                condition=models.Q(("kind", "refused")), fields=["-at"], name="identity_sign_in_refused"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["sign_in", "renew", "refused", "sign_out"])),
                                name="identity_sign_in_kind_known",
                            )
                        ],
                    },
                ),
            ]
        ),
        migrations.CreateModel(
            name="SsoSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("campus_no", models.CharField(max_length=40)),
                ("address", models.TextField(blank=True, default="")),
                ("user_agent", models.CharField(blank=True, default="", max_length=300)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("last_seen_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("authenticated_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("methods", models.JSONField(default=list)),
                ("second_factor_at", models.DateTimeField(null=True)),
                ("cookie_mark", models.BinaryField(max_length=32, null=True)),
                ("password_mark", models.BinaryField(max_length=32, null=True)),
                ("parted_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
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
                            ("parted", "两人的记录已分开"),
                        ],
                        default="",
                        max_length=24,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_sso_session",
            },
        ),
        migrations.CreateModel(
            name="SsoGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("protocol", models.CharField(default="cas", max_length=12)),
                ("service", models.TextField()),
                ("user_name", models.CharField(max_length=40)),
                ("facts", models.JSONField(default=dict)),
                ("ticket", nanhu.kernel.crypto.EncryptedTextField(purpose="identity.sso_ticket")),
                (
                    "logout",
                    models.CharField(
                        choices=[
                            ("open", "使用中"),
                            ("waiting", "正在通知退出"),
                            ("notified", "已通知"),
                            ("done", "已退出"),
                            ("silent", "不接收退出通知"),
                            ("unreachable", "未能通知到"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("logout_attempts", models.PositiveSmallIntegerField(default=0)),
                ("logout_error", models.CharField(blank=True, default="", max_length=200)),
                ("logout_requested_at", models.DateTimeField(null=True)),
                ("logout_due_at", models.DateTimeField(null=True)),
                ("logout_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.application"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="identity.ssosession"
                    ),
                ),
            ],
            options={
                "db_table": "identity_sso_grant",
            },
        ),
        migrations.CreateModel(
            name="ServiceTicket",
            fields=[
                ("ticket_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("service", models.TextField()),
                ("is_primary", models.BooleanField()),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "application",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="identity.application",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="identity.ssosession",
                    ),
                ),
            ],
            options={
                "db_table": "identity_service_ticket",
            },
        ),
        migrations.AddField(
            model_name="proxygrantingticket",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.ssosession"
            ),
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suspensions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "identity_suspension",
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["awaiting_activation", "must_complete", "active", "suspended", "ended"])
                ),
                name="identity_account_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "active"), _negated=True),
                    models.Q(
                        ("is_password_due", False),
                        models.Q(("password", ""), _negated=True),
                        models.Q(("password__startswith", "!"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="identity_account_active_has_password",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "awaiting_activation"), _negated=True),
                    ("initial_value_used_at", None),
                    _connector="OR",
                ),
                name="identity_account_initial_value_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("grace_until", None), ("state__in", ["active", "must_complete"]), _connector="OR"),
                name="identity_account_grace_while_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_password_due", False), ("password", ""), _connector="OR"),
                name="identity_account_due_has_none",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(("menu_section__in", ["", "personal", "work", "study", "service"])),
                name="identity_application_section_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(("menu_section", ""), models.Q(("home_url", ""), _negated=True), _connector="OR"),
                name="identity_application_in_menu_has_home",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("effect__in", ["allow", "deny", "tester", "role"])),
                name="identity_rule_effect_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("affiliation_kind__in", ["", "student", "staff", "temporary", "guest"])),
                name="identity_rule_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("affiliation_kind", ""), _negated=True),
                    models.Q(("category", ""), _negated=True),
                    ("unit__isnull", False),
                    models.Q(("role", ""), _negated=True),
                    ("account__isnull", False),
                    _connector="OR",
                ),
                name="identity_rule_says_who",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_on", None), ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="identity_rule_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("effect", "role"), models.Q(("grants", ""), _negated=True)),
                    models.Q(models.Q(("effect", "role"), _negated=True), ("grants", "")),
                    _connector="OR",
                ),
                name="identity_rule_grants_if_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationaddress",
            constraint=models.UniqueConstraint(fields=("origin", "path"), name="identity_address_once"),
        ),
        migrations.AddConstraint(
            model_name="applicationaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__regex", "^https?://([a-z0-9.-]+|\\[[0-9a-f:]+\\]):[0-9]{1,5}$")),
                name="identity_address_origin_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("path", ""), ("path__regex", "^/.*[^/]$"), _connector="OR"),
                name="identity_address_path_is_bare",
            ),
        ),
        migrations.AddConstraint(
            model_name="attributerelease",
            constraint=models.UniqueConstraint(fields=("application", "name"), name="identity_release_once"),
        ),
        migrations.AddConstraint(
            model_name="attributerelease",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "granted", "refused"])),
                name="identity_release_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="attributerelease",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__regex", "\\S")), name="identity_release_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="attributerelease",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "granted"), _negated=True),
                    ("is_sensitive", False),
                    models.Q(("decided_by", ""), _negated=True),
                    _connector="OR",
                ),
                name="identity_release_sensitive_is_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="attributerelease",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decider", None),
                    ("requester", None),
                    models.Q(("decider", models.F("requester")), _negated=True),
                    _connector="OR",
                ),
                name="identity_release_by_two",
            ),
        ),
        migrations.AddIndex(
            model_name="maintenance",
            index=models.Index(fields=["application", "ends_at"], name="identity_maintenance_due"),
        ),
        migrations.AddConstraint(
            model_name="maintenance",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="identity_maintenance_ends_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="maintenance",
            constraint=models.CheckConstraint(
                condition=models.Q(("notice__regex", "\\S")), name="identity_maintenance_has_notice"
            ),
        ),
        migrations.AddConstraint(
            model_name="onetimecode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("used_at", None)), fields=("account", "purpose"), name="identity_one_live_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="onetimecode",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["counter", "activation"])), name="identity_code_purpose_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="privacyconsent",
            constraint=models.UniqueConstraint(fields=("account", "version"), name="identity_consent_once"),
        ),
        migrations.AddIndex(
            model_name="recoverycontact",
            index=models.Index(fields=["phone_index"], name="identity_contact_phone"),
        ),
        migrations.AddIndex(
            model_name="recoverycontact",
            index=models.Index(django.db.models.functions.text.Upper("email"), name="identity_contact_email"),
        ),
        migrations.AddConstraint(
            model_name="recoverycontact",
            constraint=models.CheckConstraint(
                condition=models.Q(("phone_index", None), ("phone__isnull", False), _connector="OR"),
                name="identity_contact_index_of_phone",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverycontact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("phone_settles_at", None), ("phone_verified_at", None)),
                    models.Q(
                        ("phone__isnull", False),
                        ("phone_settles_at__isnull", False),
                        ("phone_verified_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="identity_contact_phone_settles",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverycontact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("email_settles_at", None), ("email_verified_at", None)),
                    models.Q(
                        models.Q(("email", ""), _negated=True),
                        ("email_settles_at__isnull", False),
                        ("email_verified_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="identity_contact_email_settles",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at", None)),
                fields=("account", "role", "unit_code"),
                name="identity_grant_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("revoked_at", None)),
                expressions=[(models.F("account"), "="), (models.F("duty"), "<>")],
                name="identity_grant_one_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("revoked_at", None)),
                expressions=[(models.F("account"), "="), (models.F("money_duty"), "<>")],
                name="identity_grant_one_money_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at", None), ("ends_at__gt", models.F("created_at")), _connector="OR"),
                name="identity_grant_ends_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="securityquestion",
            constraint=models.UniqueConstraint(fields=("account", "position"), name="identity_question_position"),
        ),
        migrations.AddConstraint(
            model_name="securityquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__range", (1, 3))), name="identity_question_of_three"
            ),
        ),
        migrations.AddConstraint(
            model_name="securityquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer_hash__startswith", "argon2$argon2id$")),
                name="identity_question_answer_hashed",
            ),
        ),
        migrations.AddIndex(
            model_name="ssosession",
            index=models.Index(fields=["account", "-created_at"], name="identity_session_account"),
        ),
        migrations.AddIndex(
            model_name="ssosession",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["last_seen_at"], name="identity_session_live"
            ),
        ),
        migrations.AddConstraint(
            model_name="ssosession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_how", "")),
                    models.Q(("ended_at__isnull", False), models.Q(("ended_how", ""), _negated=True)),
                    _connector="OR",
                ),
                name="identity_session_end_says_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="ssosession",
            constraint=models.UniqueConstraint(fields=("cookie_mark",), name="identity_session_cookie_mark"),
        ),
        migrations.AddIndex(
            model_name="ssogrant",
            index=models.Index(
                condition=models.Q(("logout__in", ["open", "waiting"])), fields=["session"], name="identity_grant_open"
            ),
        ),
        migrations.AddIndex(
            model_name="ssogrant",
            index=models.Index(fields=["session", "id"], name="identity_grant_session"),
        ),
        migrations.AddIndex(
            model_name="ssogrant",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_at"], name="identity_grant_created"),
        ),
        migrations.AddIndex(
            model_name="ssogrant",
            index=models.Index(
                condition=models.Q(("logout_due_at__isnull", False)),
                fields=["application", "logout_due_at"],
                name="identity_grant_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="ssogrant",
            constraint=models.CheckConstraint(
                condition=models.Q(("logout__in", ["open", "waiting", "notified", "done", "silent", "unreachable"])),
                name="identity_grant_logout_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ssogrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("logout", "waiting"), ("logout_due_at__isnull", False), ("logout_requested_at__isnull", False)
                    ),
                    models.Q(models.Q(("logout", "waiting"), _negated=True), ("logout_due_at__isnull", True)),
                    _connector="OR",
                ),
                name="identity_grant_waiting_has_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="suspension",
            index=models.Index(
                condition=models.Q(("lifted_at", None), ("until__isnull", False)),
                fields=["until"],
                name="identity_suspension_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None)), fields=("account",), name="identity_suspended_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__regex", "\\S")), name="identity_suspension_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gt", models.F("created_at")), _connector="OR"),
                name="identity_suspension_ends_later",
            ),
        ),
        migrations.CreateModel(
            name="FormerPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=200)),
                ("replaced_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_former_password",
                "indexes": [models.Index(fields=["account", "-id"], name="identity_former_of_account")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("password__startswith", "argon2$argon2id$")),
                        name="identity_former_password_hashed",
                    )
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
