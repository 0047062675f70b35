from typing import ClassVar, Final
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Upper
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.choices import known
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import EncryptedTextField

SESSION_SALT: Final = "identity.Account.get_session_auth_hash"
DUTIES: Final[dict[str, tuple[str, ...]]] = {
    "run": ("campus.admin", "identity.admin", "identity.clerk"),
    "guard": ("identity.security",),
    "audit": ("identity.auditor",),
}
"""三员分立: one account has roles of one duty only, held by the database."""
MONEY_DUTIES: Final[dict[str, tuple[str, ...]]] = {
    "office": ("card.clerk", "card.registrar", "terminals.clerk", "terminals.registrar"),
    "books": ("card.finance", "payments.finance"),
}
"""钱账分管: who takes cash or registers who sells never closes the day nor pays out. Held by the database as well."""


@known(state="identity_account_state_known")
class Account(AbstractBaseUser):
    """A person's one account (账号). Sign-in names are the person's campus numbers; they are not kept here."""

    class State(models.TextChoices):
        AWAITING_ACTIVATION = "awaiting_activation", _("待激活")
        MUST_COMPLETE = "must_complete", _("待完善")
        ACTIVE = "active", _("正常")
        SUSPENDED = "suspended", _("已停用")
        ENDED = "ended", _("已注销")

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=24, choices=State, default=State.AWAITING_ACTIVATION)
    is_password_due = models.BooleanField(default=True)
    initial_value_until = models.DateTimeField(null=True)
    initial_value_used_at = models.DateTimeField(null=True)
    password_changed_at = models.DateTimeField(null=True)
    state_changed_at = models.DateTimeField(default=now)
    grace_until = models.DateTimeField(null=True)  # nothing ties the person to the school; still open until then
    opened_for = models.ForeignKey(  # stays, whoever has it while records are merged; the database fills it in
        "people.Person", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    parted_at = models.DateTimeField(null=True)  # when its person and another were last told apart
    created_at = models.DateTimeField(default=now)

    USERNAME_FIELD = "public_id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "identity_account"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="active")
                | (Q(is_password_due=False) & ~Q(password="") & ~Q(password__startswith="!")),  # noqa: S106  the mark of an unusable one
                name="identity_account_active_has_password",
            ),
            models.CheckConstraint(
                condition=~Q(state="awaiting_activation") | Q(initial_value_used_at=None),
                name="identity_account_initial_value_once",
            ),
            models.CheckConstraint(
                condition=Q(grace_until=None) | Q(state__in=["active", "must_complete"]),
                name="identity_account_grace_while_open",
            ),
            models.CheckConstraint(  # what somebody else may know opens nothing, not even the page for a new one
                condition=Q(is_password_due=False) | Q(password=""),
                name="identity_account_due_has_none",
            ),
        ]

    def __str__(self) -> str:
        return f"account:{self.pk}"

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Who is told apart from somebody else signs in anew, also with the same password: whose browser it was nobody can say."""
        parted = self.parted_at.isoformat() if self.parted_at else ""
        return salted_hmac(SESSION_SALT, self.password + parted, secret=secret, algorithm="sha256").hexdigest()

    @property
    def may_sign_in(self) -> bool:
        return self.state in (self.State.ACTIVE, self.State.MUST_COMPLETE)

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.may_sign_in


class SecurityQuestion(models.Model):
    """One of an account's three security questions (密保); the answer is kept as an Argon2id hash."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="security_questions")
    position = models.PositiveSmallIntegerField()
    question = models.CharField(max_length=100)
    answer_hash = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_security_question"
        ordering = ["account_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["account", "position"], name="identity_question_position"),
            models.CheckConstraint(condition=Q(position__range=(1, 3)), name="identity_question_of_three"),
            models.CheckConstraint(
                condition=Q(answer_hash__startswith="argon2$argon2id$"), name="identity_question_answer_hashed"
            ),
        ]


class RecoveryContact(models.Model):
    """Phone and mail a person gave for getting back in. Unverified until a code has come back."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="recovery_contact")
    phone = EncryptedTextField(purpose="identity.recovery_phone", null=True)
    phone_index = models.BinaryField(null=True)
    email = models.EmailField(default="", blank=True)
    phone_verified_at = models.DateTimeField(null=True)
    email_verified_at = models.DateTimeField(null=True)
    phone_settles_at = models.DateTimeField(null=True)  # from then on it may bring a password back
    email_settles_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_recovery_contact"
        indexes = [
            models.Index(fields=["phone_index"], name="identity_contact_phone"),
            models.Index(Upper("email"), name="identity_contact_email"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(phone_index=None) | Q(phone__isnull=False), name="identity_contact_index_of_phone"
            ),
            models.CheckConstraint(
                condition=Q(phone_verified_at=None, phone_settles_at=None)
                | Q(phone__isnull=False, phone_verified_at__isnull=False, phone_settles_at__isnull=False),
                name="identity_contact_phone_settles",
            ),
            models.CheckConstraint(
                condition=Q(email_verified_at=None, email_settles_at=None)
                | (~Q(email="") & Q(email_verified_at__isnull=False, email_settles_at__isnull=False)),
                name="identity_contact_email_settles",
            ),
        ]


class PrivacyConsent(models.Model):
    """That a person accepted one version of the privacy notice (隐私告知), when and from where."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    version = models.CharField(max_length=20)
    address = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_privacy_consent"
        constraints = [models.UniqueConstraint(fields=["account", "version"], name="identity_consent_once")]


@known(purpose="identity_code_purpose_known")
class OneTimeCode(models.Model):
    """A code that works once: from the counter (instead of a password) or by SMS (second proof of an activation)."""

    class Purpose(models.TextChoices):
        COUNTER = "counter", _("柜台重置")
        ACTIVATION = "activation", _("激活短信")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose)
    code_hash = models.BinaryField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_one_time_code"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "purpose"], condition=Q(used_at=None), name="identity_one_live_code"
            ),
        ]


def duty_field(duties: dict[str, tuple[str, ...]]) -> models.GeneratedField:
    """The duty that a role belongs to, null for all others."""
    text = models.TextField()
    whens = [When(role__in=roles, then=Value(duty)) for duty, roles in duties.items()]
    return models.GeneratedField(
        expression=Case(*whens, default=None, output_field=text),
        output_field=models.TextField(null=True),
        db_persist=True,
    )


def one_duty(name: str, column: str) -> ExclusionConstraint:
    """Two standing grants of an account are of the same duty, or one of them is of none."""
    both = [(F("account"), RangeOperators.EQUAL), (F(column), RangeOperators.NOT_EQUAL)]
    return ExclusionConstraint(name=name, expressions=both, condition=Q(revoked_at=None))


class RoleGrant(models.Model):
    """A right of an account, for the whole campus or within one unit. Revoked grants stay as history."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=60)
    unit_code = models.CharField(max_length=40, default="", blank=True)
    granted_by = models.TextField()
    reason = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(default=now)
    ends_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    duty = duty_field(DUTIES)
    money_duty = duty_field(MONEY_DUTIES)

    class Meta:
        db_table = "identity_role_grant"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "unit_code"], condition=Q(revoked_at=None), name="identity_grant_once"
            ),
            one_duty("identity_grant_one_duty", "duty"),
            one_duty("identity_grant_one_money_duty", "money_duty"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("created_at")), name="identity_grant_ends_later"
            ),
        ]

    unit_name: str = ""
    """Set by lists that show it."""

    @property
    def called(self) -> registry.Text:
        """As the role is called; of one that no room has any more, its key."""
        known = registry.roles.get(self.role)
        return known.name if known is not None else self.role


class FormerPassword(models.Model):
    """A hash this account had before: the last few may not come back."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    password = models.CharField(max_length=200)
    replaced_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "identity_former_password"
        indexes = [models.Index(fields=["account", "-id"], name="identity_former_of_account")]
        constraints = [
            models.CheckConstraint(
                condition=Q(password__startswith="argon2$argon2id$"),  # noqa: S106  the mark of the algorithm
                name="identity_former_password_hashed",
            )
        ]
