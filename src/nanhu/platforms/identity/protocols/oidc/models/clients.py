from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now


@known(asking="identity_oidc_client_known", subject="identity_oidc_client_known")
class OidcClient(models.Model):
    """How an application of the registry speaks OpenID Connect. One application, one client."""

    class Kind(models.TextChoices):
        CONFIDENTIAL = "confidential", _("服务器应用（能保管密钥）")
        BROWSER = "browser", _("浏览器应用（无密钥，PKCE）")
        NATIVE = "native", _("手机或桌面应用（无密钥，PKCE）")
        MACHINE = "machine", _("后台程序（没有人登录）")

    class AuthMethod(models.TextChoices):
        SECRET = "secret", _("密钥（client_secret_basic 或 client_secret_post）")
        PRIVATE_KEY = "private_key_jwt", _("私钥签名（private_key_jwt）")
        NONE = "none", _("无密钥，只用 PKCE")

    class Subject(models.TextChoices):
        PERSON = "personId", _("人员标识（不变，各应用相同）")
        CAMPUS_NO = "campusNo", _("学工号")
        PAIRWISE = "pairwise", _("假名（各应用不同，无法互相对照）")

    class Asking(models.TextChoices):
        NEVER = "never", _("不询问（校内自有应用）")
        ONCE = "once", _("首次询问并记住（第三方应用）")
        ALWAYS = "always", _("每次询问")

    application = models.OneToOneField("identity.Application", on_delete=models.PROTECT, related_name="oidc_client")
    client_id = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.CONFIDENTIAL)
    auth_method = models.CharField(max_length=16, choices=AuthMethod, default=AuthMethod.SECRET)
    jwks: Any = models.JSONField(default=dict, blank=True)  # public keys of private_key_jwt
    redirect_uris: Any = models.JSONField(default=list)
    post_logout_redirect_uris: Any = models.JSONField(default=list, blank=True)
    web_origins: Any = models.JSONField(default=list, blank=True)  # may call userinfo and token from a page's script
    grant_types: Any = models.JSONField(default=list)
    scopes: Any = models.JSONField(default=list)
    subject = models.CharField(max_length=12, choices=Subject, default=Subject.PERSON)
    sector = models.CharField(max_length=255)
    asking = models.CharField(max_length=8, choices=Asking, default=Asking.NEVER)
    requires_pkce = models.BooleanField(default=False)
    backchannel_logout_uri = models.URLField(max_length=500, default="", blank=True)
    frontchannel_logout_uri = models.URLField(max_length=500, default="", blank=True)
    may_introspect_all = models.BooleanField(default=False)
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_oidc_client"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["confidential", "machine"], auth_method__in=["secret", "private_key_jwt"])
                | Q(kind__in=["browser", "native"], auth_method="none", requires_pkce=True),
                name="identity_oidc_client_proves_itself",
            ),
        ]

    @property
    def is_public(self) -> bool:
        return self.auth_method == self.AuthMethod.NONE


class ClientSecret(models.Model):
    """One secret of a client: 256 random bits, shown once, kept as a hash. An older one lives on until `expires_at`."""

    client = models.ForeignKey(OidcClient, on_delete=models.CASCADE, related_name="secrets")
    secret_hash = models.BinaryField()
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_oidc_client_secret"
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=Q(expires_at=None), name="identity_oidc_one_lasting_secret"
            )
        ]
