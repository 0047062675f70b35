import uuid
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.clock
import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SeenAssertion",
            fields=[
                ("jti_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "identity_oidc_seen_assertion",
            },
        ),
        migrations.CreateModel(
            name="OidcClient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.CharField(max_length=80, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("confidential", "服务器应用（能保管密钥）"),
                            ("browser", "浏览器应用（无密钥，PKCE）"),
                            ("native", "手机或桌面应用（无密钥，PKCE）"),
                            ("machine", "后台程序（没有人登录）"),
                        ],
                        default="confidential",
                        max_length=12,
                    ),
                ),
                (
                    "auth_method",
                    models.CharField(
                        choices=[
                            ("secret", "密钥（client_secret_basic 或 client_secret_post）"),
                            ("private_key_jwt", "私钥签名（private_key_jwt）"),
                            ("none", "无密钥，只用 PKCE"),
                        ],
                        default="secret",
                        max_length=16,
                    ),
                ),
                ("jwks", models.JSONField(blank=True, default=dict)),
                ("redirect_uris", models.JSONField(default=list)),
                ("post_logout_redirect_uris", models.JSONField(blank=True, default=list)),
                ("web_origins", models.JSONField(blank=True, default=list)),
                ("grant_types", models.JSONField(default=list)),
                ("scopes", models.JSONField(default=list)),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("personId", "人员标识（不变，各应用相同）"),
                            ("campusNo", "学工号"),
                            ("pairwise", "假名（各应用不同，无法互相对照）"),
                        ],
                        default="personId",
                        max_length=12,
                    ),
                ),
                ("sector", models.CharField(max_length=255)),
                (
                    "asking",
                    models.CharField(
                        choices=[
                            ("never", "不询问（校内自有应用）"),
                            ("once", "首次询问并记住（第三方应用）"),
                            ("always", "每次询问"),
                        ],
                        default="never",
                        max_length=8,
                    ),
                ),
                ("requires_pkce", models.BooleanField(default=False)),
                ("backchannel_logout_uri", models.URLField(blank=True, default="", max_length=500)),
                ("frontchannel_logout_uri", models.URLField(blank=True, default="", max_length=500)),
                ("may_introspect_all", models.BooleanField(default=False)),
                ("is_enabled", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("changed_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="oidc_client",
                        to="identity.application",
                    ),
                ),
            ],
            options={
                "db_table": "identity_oidc_client",
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scopes", models.JSONField(default=list)),
                ("claims", models.JSONField(default=list)),
                ("granted_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity_oidc.oidcclient"
                    ),
                ),
            ],
            options={
                "db_table": "identity_oidc_consent",
            },
        ),
        migrations.CreateModel(
            name="ClientSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret_hash", models.BinaryField()),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="secrets",
                        to="identity_oidc.oidcclient",
                    ),
                ),
            ],
            options={
                "db_table": "identity_oidc_client_secret",
            },
        ),
        migrations.CreateModel(
            name="AuthorizationCode",
            fields=[
                ("code_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("family_key", models.UUIDField(default=uuid.uuid4)),
                ("redirect_uri", models.TextField()),
                ("scopes", models.JSONField(default=list)),
                ("claims", models.JSONField(default=dict)),
                ("nonce", models.TextField(blank=True, default="")),
                ("challenge", models.CharField(blank=True, default="", max_length=128)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.ssosession"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity_oidc.oidcclient"
                    ),
                ),
            ],
            options={
                "db_table": "identity_oidc_code",
            },
        ),
        migrations.CreateModel(
            name="PairwiseSubject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sector", models.CharField(max_length=255)),
                ("subject", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "identity_oidc_pairwise_subject",
            },
        ),
        migrations.CreateModel(
            name="PendingRequest",
            fields=[
                ("token_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("query", models.TextField()),
                ("created_at", models.DateTimeField(db_index=True, default=nanhu.kernel.clock.now)),
                (
                    "chosen_session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="identity.ssosession",
                    ),
                ),
            ],
            options={
                "db_table": "identity_oidc_pending",
            },
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kid", models.CharField(max_length=60, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("next", "Next"), ("current", "Current"), ("retired", "Retired")], max_length=8
                    ),
                ),
                ("public_jwk", models.JSONField()),
                ("private_jwk", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="identity.oidc_signing_key")),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("activated_at", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
                ("distrusted_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "identity_oidc_signing_key",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "current")),
                        fields=("state",),
                        name="identity_oidc_one_current_key",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "next")), fields=("state",), name="identity_oidc_one_next_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("distrusted_at", None),
                                ("private_jwk__isnull", False),
                                ("state__in", ["next", "current"]),
                            ),
                            models.Q(("private_jwk__isnull", True), ("state", "retired")),
                            _connector="OR",
                        ),
                        name="identity_oidc_key_keeps_its_half",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TokenFamily",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("is_offline", models.BooleanField(default=False)),
                ("subject", models.CharField(max_length=255)),
                ("sid", models.CharField(blank=True, default="", max_length=80)),
                ("campus_no", models.CharField(blank=True, default="", max_length=40)),
                ("scopes", models.JSONField(default=list)),
                ("claims", models.JSONField(default=dict)),
                ("acr", models.CharField(blank=True, default="", max_length=100)),
                ("amr", models.JSONField(default=list)),
                ("authenticated_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_why", models.CharField(blank=True, default="", max_length=24)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity_oidc.oidcclient"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.ssosession",
                    ),
                ),
            ],
            options={
                "db_table": "identity_oidc_family",
            },
        ),
        migrations.CreateModel(
            name="RefreshToken",
            fields=[
                ("token_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity_oidc.tokenfamily"
                    ),
                ),
            ],
            options={
                "db_table": "identity_oidc_refresh_token",
            },
        ),
        migrations.CreateModel(
            name="AccessToken",
            fields=[
                ("token_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("scopes", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(default=nanhu.kernel.clock.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity_oidc.tokenfamily"
                    ),
                ),
            ],
            options={
                "db_table": "identity_oidc_access_token",
            },
        ),
        migrations.AddConstraint(
            model_name="oidcclient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("auth_method__in", ["secret", "private_key_jwt"]), ("kind__in", ["confidential", "machine"])
                    ),
                    models.Q(("auth_method", "none"), ("kind__in", ["browser", "native"]), ("requires_pkce", True)),
                    _connector="OR",
                ),
                name="identity_oidc_client_proves_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="oidcclient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("asking__in", ["never", "once", "always"]), ("subject__in", ["personId", "campusNo", "pairwise"])
                ),
                name="identity_oidc_client_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("account", "client"),
                name="identity_oidc_consent_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="clientsecret",
            constraint=models.UniqueConstraint(
                condition=models.Q(("expires_at", None)), fields=("client",), name="identity_oidc_one_lasting_secret"
            ),
        ),
        migrations.AddConstraint(
            model_name="pairwisesubject",
            constraint=models.UniqueConstraint(fields=("account", "sector"), name="identity_oidc_one_pseudonym"),
        ),
        migrations.AddConstraint(
            model_name="pairwisesubject",
            constraint=models.UniqueConstraint(fields=("sector", "subject"), name="identity_oidc_pseudonym_once"),
        ),
        migrations.AddIndex(
            model_name="tokenfamily",
            index=models.Index(
                condition=models.Q(("revoked_at", None)), fields=["account", "client"], name="identity_oidc_family_live"
            ),
        ),
        migrations.AddConstraint(
            model_name="tokenfamily",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account", None), ("is_offline", False), ("session", None)),
                    models.Q(("account__isnull", False), ("session__isnull", False)),
                    _connector="OR",
                ),
                name="identity_oidc_family_of_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="tokenfamily",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at", None), ("revoked_why", "")),
                    models.Q(("revoked_at__isnull", False), models.Q(("revoked_why", ""), _negated=True)),
                    _connector="OR",
                ),
                name="identity_oidc_revoked_says_why",
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
