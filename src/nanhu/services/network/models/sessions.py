"""Grants (准入凭据), sessions (上线) and what the law asks of them: who had which address, from when to when."""

from datetime import timedelta
from typing import ClassVar, Final
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.clock import now
from nanhu.kernel.models import Retried
from nanhu.kernel.registry import Text
from nanhu.services.network import rules
from nanhu.services.network.models.devices import Device
from nanhu.services.network.models.nas import Nas
from nanhu.services.network.models.policies import NetworkRole, Policy, Service

GRANT_SHAPE = r"^n1:[a-z2-7]{26}$"
SILENT_INTERVALS: Final = 3
"""So many reports that did not come make a session a silent one (失联): it holds no place, and its log goes to its last report."""
SINCE_LAST_REPORT: Final = models.ExpressionWrapper(
    F("nas__interim_seconds") * models.Value(timedelta(seconds=SILENT_INTERVALS)), output_field=models.DurationField()
)


class RandomUUID(models.Func):
    function = "gen_random_uuid"
    template = "%(function)s()"
    output_field = models.UUIDField()


class Grant(models.Model):
    """The opaque value that goes out as Class and comes back in accounting, so that a session is bound whatever name it shows.

    `guest`: whose it is where it is nobody in the golden record ("pass:<uuid>").
    """

    code = models.TextField(unique=True)
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.TextField(default="", blank=True)
    campus_no = models.TextField(default="", blank=True)
    service = models.TextField(choices=Service)
    role = models.TextField(choices=NetworkRole)
    policy = models.ForeignKey(Policy, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.TextField(default="", blank=True, help_text="its MAC; at a VPN the caller's address")
    nas = models.ForeignKey(Nas, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    granted_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    cause = models.TextField(default="", blank=True)
    app_password = models.UUIDField(null=True, help_text="of the app password that opened it")

    class Meta:
        db_table = "network_grant"
        indexes = [
            models.Index(fields=["person", "-granted_at"], name="network_grant_of"),
            models.Index(fields=["granted_at"], name="network_grant_age"),
            models.Index(fields=["station", "-granted_at"], name="network_grant_station"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=GRANT_SHAPE, ends_at__gt=F("granted_at")), name="network_grant_is"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, guest="") | Q(person=None) & ~Q(guest=""),
                name="network_grant_of_somebody",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, cause="") | Q(ended_at__isnull=False) & ~Q(cause=""),
                name="network_grant_ended_why",
            ),
        ]


class Session(models.Model):
    """One Acct-Session-Id of a NAS, written by `sql/network_account.sql` and, for what changes nothing but
    the counters, `sql/queries/interims.sql`. `note`: why nobody stands behind it."""

    what: ClassVar[Text] = _("这次上网")

    class Note(models.TextChoices):
        BOUND = "", _("已对应")
        FALLBACK = "fallback", _("按账号和设备对应")
        NAMED = "named", _("按旧系统的账号对应")
        UNKNOWN = "unknown", _("对不上")
        FOREIGN = "foreign-class", _("别处的凭据")
        ENDED = "ended-grant", _("凭据已失效")

    public_id = models.UUIDField(db_default=RandomUUID(), unique=True)
    nas = models.ForeignKey(Nas, on_delete=models.PROTECT, related_name="+", db_index=False)
    sid = models.TextField()
    grant = models.ForeignKey(Grant, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    guest = models.TextField(db_default="", default="", blank=True)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    service = models.TextField(choices=Service)
    note = models.TextField(choices=Note, db_default="", default="", blank=True)
    user_name = models.TextField(
        db_default="", default="", blank=True, help_text="what it showed outside, where nobody stands behind it"
    )
    station = models.TextField(db_default="", default="", blank=True)
    address = models.GenericIPAddressField(null=True, help_text="the first of them that is one host's")
    addresses = ArrayField(models.GenericIPAddressField(), default=list)
    reports = ArrayField(
        models.BigIntegerField(),
        db_default=[],
        default=list,
        help_text="when addresses were told, as `sql/network_reports_with.sql` keeps it",
    )
    place = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    ap = models.TextField(db_default="", default="", blank=True)
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField(db_default=Now())
    active_at = models.DateTimeField(
        db_default=Now(), help_text="when somebody last used it: sql/network_active_at.sql"
    )
    closing_at = models.DateTimeField(null=True)
    unlisted_at = models.DateTimeField(null=True, help_text="the last list of its gateway left it out")
    stopped_at = models.DateTimeField(null=True)
    cause = models.TextField(db_default="", default="", blank=True)
    in_octets = models.BigIntegerField(db_default=0, default=0)
    out_octets = models.BigIntegerField(db_default=0, default=0)
    application = models.TextField(
        db_default="", default="", blank=True, help_text="whose key reports it, and no other"
    )

    class Meta:
        db_table = "network_session"
        indexes = [
            models.Index(fields=["person", "-started_at"], name="network_session_of"),
            models.Index(fields=["id"], name="network_session_open", condition=Q(stopped_at=None)),
            models.Index(fields=["address"], name="network_session_at", condition=Q(stopped_at=None)),
            GinIndex(fields=["addresses"], name="network_session_among", condition=Q(stopped_at=None)),
            models.Index(fields=["stopped_at"], name="network_session_over", condition=Q(stopped_at__isnull=False)),
            models.Index(fields=["-started_at"], name="network_session_unbound", condition=Q(person=None, guest="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["nas", "sid"], name="network_session_once"),
            models.CheckConstraint(
                condition=Q(in_octets__gte=0, out_octets__gte=0) & ~Q(sid=""), name="network_session_is"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at=None, cause="") | Q(stopped_at__isnull=False) & ~Q(cause=""),
                name="network_session_stopped_why",
            ),
        ]

    @property
    def device_words(self) -> str:
        return rules.station_tail(self.station)

    @property
    def net_words(self) -> str:
        return rules.address_net(self.address)

    @property
    def state(self) -> str:
        if self.stopped_at is not None:
            return "closed"
        return "closing" if self.closing_at else "stale" if self.is_silent else "open"

    @property
    def is_silent(self) -> bool:
        return now() - self.updated_at > SILENT_INTERVALS * timedelta(seconds=self.nas.interim_seconds)


class AddressLine(models.Model):
    """The log of addresses (网络安全法第二十一条): who had which address or prefix, from when to when. By months, of which whole ones are
    dropped after half a year; no foreign keys, for it outlives what it tells of."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    session_id = models.BigIntegerField()
    nas_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    guest = models.TextField(default="", blank=True)
    station = models.TextField(default="", blank=True)
    address = models.GenericIPAddressField(null=True)
    place_id = models.BigIntegerField(null=True)
    told_at = models.DateTimeField(null=True, help_text="when the address was first told, of a line that began before")

    class Meta:
        db_table = "network_address_line"
        indexes = [
            models.Index(
                fields=["address", "-began_at"], name="network_address_of", condition=Q(address__isnull=False)
            ),
            models.Index(fields=["station", "-began_at"], name="network_address_station", condition=~Q(station="")),
            models.Index(fields=["session_id"], name="network_address_session"),
            models.Index(
                fields=["person_id", "-began_at"], name="network_address_person", condition=Q(person_id__isnull=False)
            ),
        ]


@known(state="network_disconnect_state")
class Disconnect(Retried):
    """The outbox of disconnects (断网): asked for until the session has really ended, whatever the NAS acknowledged."""

    what: ClassVar[Text] = _("这条断网请求")

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已发送，等确认")
        UNCONFIRMED = "unconfirmed", _("未确认，重试中")
        FAILED = "failed", _("没有断成")
        CONFIRMED = "confirmed", _("已断开")

    public_id = models.UUIDField(default=uuid4, unique=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="disconnects")
    nas = models.ForeignKey(Nas, on_delete=models.PROTECT, related_name="+", db_index=False)
    cause = models.TextField()
    author_name = models.TextField()
    state = models.TextField(choices=State, default=State.WAITING)
    answer = models.TextField(default="", blank=True, help_text="the NAS's last: ack, nak 503, silence")
    sent_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "network_disconnect"
        indexes = [models.Index(fields=["due_at"], name="network_disconnect_due", condition=Q(due_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(state__in=["waiting", "sent", "unconfirmed"]),
                name="network_disconnect_one_lives",
            ),
        ]


class Refusal(models.Model):
    """Why somebody who proved who he is was not let in: shown to that person alone, in the language in which he reads. `words` are as the
    program has them, with gaps for `facts`."""

    class Reason(models.TextChoices):
        DEVICES = "devices", _("同时在线的设备已到上限")
        HOURS = "hours", _("不在开放时段")
        SERVICE = "service", _("没有开通")
        KEPT_OFF = "kept_off", _("您让它下了线")

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(choices=Reason)
    words = models.TextField(default="", blank=True)
    facts = models.JSONField(default=dict)
    service = models.TextField(choices=Service)
    station = models.TextField(default="", blank=True)

    class Meta:
        db_table = "network_refusal"
        indexes = [
            models.Index(fields=["person", "-at"], name="network_refusal_of"),
            models.Index(fields=["at"], name="network_refusal_age"),
        ]

    @property
    def sentence(self) -> str:
        said = gettext(self.words) if self.words else ""
        return said.format(**self.facts) if self.facts else said


class HourSum(models.Model):
    """Sums by building and hour, without anybody in them."""

    hour = models.DateTimeField()
    place = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+")
    service = models.TextField(choices=Service)
    people = models.PositiveIntegerField()
    devices = models.PositiveIntegerField()
    sessions = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    late_at = models.DateTimeField(null=True, help_text="when reports that came late last changed what it says")

    class Meta:
        db_table = "network_hour_sum"
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "place", "service"], nulls_distinct=False, name="network_hour_sum_once"
            )
        ]


class LateSpan(models.Model):
    """That a report came so late that the hours it tells of were summed up before: from when to when. Gone once they are summed up anew."""

    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "network_late_span"
