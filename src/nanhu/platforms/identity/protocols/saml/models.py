from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import EncryptedTextField


@known(state="identity_saml_key_state_known")
class SigningKey(models.Model):
    """A key this provider signs with, and its certificate. One signs; the others that are not withdrawn are published."""

    class State(models.TextChoices):
        NEXT = "next", _("已公布，待启用")
        SIGNING = "signing", _("正在签名")
        FORMER = "former", _("已换下，仍公布")
        WITHDRAWN = "withdrawn", _("已撤回")

    key = EncryptedTextField(purpose="saml.signing_key")
    certificate = models.TextField()
    state = models.CharField(max_length=12, choices=State)
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_saml_key"
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="signing"), name="identity_saml_one_signs"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="next"), name="identity_saml_one_is_next"),
        ]


@known(state="identity_saml_feed_state_known")
class Feed(models.Model):
    """A federation's metadata (联盟元数据): where it comes from, whose signature it must bear, and how the last fetch went.

    `application` is the record under which all its partners pass that have no record of their own.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等待首次更新")
        GOOD = "good", _("正常")
        FAILING = "failing", _("更新失败，沿用上一份")
        EXPIRED = "expired", _("已过期，停止使用")

    name = models.CharField(max_length=80, unique=True)
    address = models.CharField(max_length=500, unique=True)
    certificate = models.TextField()
    application = models.OneToOneField("identity.Application", on_delete=models.PROTECT, related_name="+")
    is_enabled = models.BooleanField(default=True)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    problem = models.CharField(max_length=300, default="", blank=True)
    tried_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(default=now)
    digest = models.CharField(max_length=64, default="", blank=True)
    entity_tag = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_saml_feed"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="good") | Q(valid_until__isnull=False), name="identity_saml_feed_good_has_an_end"
            ),
            models.CheckConstraint(condition=~Q(certificate=""), name="identity_saml_feed_is_pinned"),
        ]

    @property
    def problem_shown(self) -> str:
        """`problem` as it was written down (in Chinese, with what the source said behind a colon), for who reads it."""
        words, colon, detail = self.problem.partition(": ")
        return f"{gettext(words)}{colon}{detail}" if words else ""


class Partner(models.Model):
    """A service provider (服务提供方): what its metadata says, either pasted by an administrator or out of a feed.

    `facts` is read from `xml` once, when it comes in: the pages never parse metadata. With `application` the partner has
    a record of its own in the registry; a pasted one always has.
    """

    entity_id = models.TextField()
    feed = models.ForeignKey(Feed, null=True, on_delete=models.CASCADE, related_name="partners")
    application = models.OneToOneField(
        "identity.Application", null=True, on_delete=models.PROTECT, related_name="saml_partner"
    )
    name = models.CharField(max_length=200)
    xml = models.TextField()
    facts: Any = models.JSONField()
    valid_until = models.DateTimeField(null=True)
    is_gone = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_saml_partner"
        constraints = [
            models.UniqueConstraint(fields=["feed", "entity_id"], name="identity_saml_partner_once_in_a_feed"),
            models.UniqueConstraint(
                fields=["entity_id"], condition=Q(feed=None), name="identity_saml_partner_pasted_once"
            ),
            models.CheckConstraint(
                condition=Q(feed__isnull=False) | Q(application__isnull=False), name="identity_saml_pasted_has_a_record"
            ),
        ]
        indexes = [models.Index(fields=["entity_id"], name="identity_saml_partner_id")]


class PersistentName(models.Model):
    """The opaque name an account has at one partner for ever (or, with no partner, at all that get a subject-id).

    Rows are only ever added: the database refuses changes, so that no name is given to somebody else.
    """

    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    audience = models.TextField(blank=True)
    value = models.CharField(max_length=127, unique=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_saml_persistent_name"
        constraints = [models.UniqueConstraint(fields=["account", "audience"], name="identity_saml_one_name_each")]


class SignIn(models.Model):
    """What a partner knows a sign-in by, so that its logout request finds our session."""

    session = models.ForeignKey("identity.SsoSession", on_delete=models.CASCADE, related_name="+")
    grant = models.OneToOneField("identity.SsoGrant", on_delete=models.CASCADE, related_name="+")
    entity_id = models.TextField()
    session_index = models.CharField(max_length=64, unique=True)
    name_id = models.CharField(max_length=127)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_saml_sign_in"
        indexes = [models.Index(fields=["entity_id", "name_id"], name="identity_saml_sign_in_name")]
