"""VPN grants and uses, reach lists and closed networks, installers, resources, access points and the areas they cover."""

from typing import ClassVar, Final
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.dated import DatedRule, dated_constraints
from nanhu.kernel.proposals import Proposal, proposal_constraints
from nanhu.kernel.registry import Text

CLOSED_PORTS: Final = (22, 3389, 5900)
"""Remote operation (SSH, RDP, VNC): by the bastion host alone."""


class VpnGrant(models.Model):
    """That a person may use the VPN (VPN 账户): asked for in a case, open until a day, closed for a cause. While one that ends soon is open
    the next may be asked for; it takes the other's place."""

    what: ClassVar[Text] = _("这个 VPN 账户")

    class State(models.TextChoices):
        ASKED = "asked", _("待审批")
        REFUSED = "refused", _("没有开通")
        OPEN = "open", _("已开通")
        CLOSED = "closed", _("已停用")

    class Cause(models.TextChoices):
        LEFT = "left", _("已离校或不再是教职工")
        ENDED = "ended", _("到期")
        RENEWED = "renewed", _("已续期")
        IDLE = "idle", _("长期没有使用")
        RETURNED = "returned", _("本人停用")
        REVOKED = "revoked", _("信息中心停用")

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    person_name = models.TextField()
    case = models.OneToOneField("flows.Case", null=True, on_delete=models.PROTECT, related_name="+")
    number = models.TextField(default="", blank=True, help_text="of the case")
    purpose = models.TextField()
    until = models.DateField(help_text="the last day")
    promise_version = models.TextField(help_text="of the 保密承诺 that was accepted")
    state = models.TextField(choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_name = models.TextField(default="", blank=True)
    cause = models.TextField(choices=Cause, default="", blank=True)
    reason = models.TextField(default="", blank=True)

    class Meta:
        db_table = "network_reach_vpn_grant"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "state"],
                condition=Q(state__in=["asked", "open"]),
                name="network_reach_one_asked_one_open_grant",
            ),
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(promise_version=""), name="network_reach_grant_says_what_for"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "refused"], opened_at=None, closed_at=None, cause="")
                | Q(state="open", opened_at__isnull=False, closed_at=None, cause="")
                | Q(state="closed", opened_at__isnull=False, closed_at__isnull=False) & ~Q(cause=""),
                name="network_reach_grant_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_name} {self.number}"


class VpnUse(models.Model):
    """A sign-in at the VPN: from which network, whether that was odd, and what its owner answered. Kept for 90 days."""

    what: ClassVar[Text] = _("这次登录")

    class Oddity(models.TextChoices):
        NEW_NETWORK = "new_network", _("从没用过的网络")
        TWO_PLACES = "two_places", _("同时在两个地方")

    class Answer(models.TextChoices):
        MINE = "mine", _("是我")
        NOT_MINE = "not_mine", _("不是我")

    public_id = models.UUIDField(default=uuid4, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    grant_key = models.TextField(default="", blank=True, help_text="of the admission: heard twice, it is written once")
    network = models.TextField(help_text="the network of the address: /24, of IPv6 /48")
    region = models.TextField(
        default="", blank=True, help_text="as the table of addresses says; empty: it says nothing"
    )
    at = models.DateTimeField(default=timezone.now)
    oddity = models.TextField(choices=Oddity, default="", blank=True)
    other_network = models.TextField(default="", blank=True, help_text="where it was in use at the same time")
    answer = models.TextField(choices=Answer, default="", blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "network_reach_vpn_use"
        indexes = [models.Index(fields=["person", "-at"], name="network_reach_use_of_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["grant_key"], condition=~Q(grant_key=""), name="network_reach_use_heard_once"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None)
                | (~Q(answer="") & ~Q(oddity="") & Q(answered_at__isnull=False)),
                name="network_reach_use_answered",
            ),
        ]

    def __str__(self) -> str:
        return self.network


class AddressRegion(models.Model):
    """Where the addresses of a network are (地址归属), mostly a province, as the school's own table says; the narrower network counts."""

    network = models.TextField(unique=True)
    region = models.TextField()

    class Meta:
        db_table = "network_reach_address_region"
        constraints = [
            models.CheckConstraint(
                condition=~Q(network="") & ~Q(region=""), name="network_reach_address_region_says_where"
            )
        ]

    def __str__(self) -> str:
        return f"{self.network} {self.region}"


class ReachList(DatedRule):
    """Networks and ports that all staff, holders of a post or members of a unit reach over the VPN (可达清单), from a day to a day. A
    trigger refuses the default route and whatever meets a closed network."""

    what: ClassVar[Text] = _("这份可达清单")
    key = ("name",)

    name = models.TextField()
    office = models.TextField(default="", blank=True, help_text="of a post; empty: whoever is staff")
    unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    networks = ArrayField(models.TextField())
    ports = ArrayField(models.PositiveIntegerField())

    class Meta:
        db_table = "network_reach_list"
        constraints = [
            *dated_constraints("network_reach_list", "name"),
            models.CheckConstraint(
                condition=~Q(name="") & Q(networks__len__gt=0, ports__len__gt=0), name="network_reach_list_says_where"
            ),
            models.CheckConstraint(
                condition=~Q(ports__overlap=list(CLOSED_PORTS)), name="network_reach_list_opens_no_remote_port"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReachFiles(models.Model):
    """That ocserv's files were put in place (`nanhu network_vpn_config`), and from which lists: what whoever signs in from then on reaches."""

    written_at = models.DateTimeField(default=timezone.now)
    lists = ArrayField(models.BigIntegerField(), help_text="keys of the reach lists, in their order")

    class Meta:
        db_table = "network_reach_files"
        indexes = [models.Index(fields=["written_at"], name="network_reach_files_at")]


class ReachChange(Proposal):
    """A reach list as one person of the centre wants it; it holds once another has agreed."""

    what = _("这份清单")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        ENTERED = "entered", _("已生效")
        REFUSED = "refused", _("未同意")

    state = models.TextField(choices=State, default=State.ASKED)
    name = models.TextField()
    office = models.TextField(default="", blank=True)
    unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    networks = ArrayField(models.TextField())
    ports = ArrayField(models.PositiveIntegerField())
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    reason = models.TextField()

    class Meta:
        db_table = "network_reach_change"
        constraints = proposal_constraints("network_reach_change", undecided=["asked"], decided=["entered", "refused"])

    def __str__(self) -> str:
        return self.name


class ClosedNetwork(models.Model):
    """A network of the machine room (机房网段): no list reaches into it. A trigger lets it be one no more where two people said so
    (`Reopening`)."""

    what: ClassVar[Text] = _("这个机房网段")
    public_id = models.UUIDField(default=uuid4, unique=True)
    network = models.TextField()
    name = models.TextField()
    created_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "network_reach_closed_network"
        constraints = [
            models.UniqueConstraint(
                fields=["network"], condition=Q(removed_at=None), name="network_reach_closed_network_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.network}"


class Reopening(Proposal):
    """That a network is the machine room's no more (去掉机房网段): lists and gates may lead there once another has agreed."""

    what = _("这次去掉机房网段")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        AGREED = "agreed", _("已同意")
        REFUSED = "refused", _("未同意")

    state = models.TextField(choices=State, default=State.ASKED)
    closed = models.ForeignKey(ClosedNetwork, on_delete=models.PROTECT, related_name="reopenings")
    reason = models.TextField()

    class Meta:
        db_table = "network_reach_reopening"
        constraints = [
            *proposal_constraints("network_reach_reopening", undecided=["asked"], decided=["agreed", "refused"]),
            models.CheckConstraint(condition=~Q(reason=""), name="network_reach_reopening_says_why"),
            models.UniqueConstraint(
                fields=["closed"], condition=Q(state="asked"), name="network_reach_reopening_one_waits"
            ),
        ]

    def __str__(self) -> str:
        return str(self.closed)


class Installer(models.Model):
    """A program that the information centre hands out (安装包); `downloads` counts each that began."""

    what: ClassVar[Text] = _("这个安装包")

    class System(models.TextChoices):
        WINDOWS = "windows", "Windows"
        MACOS = "macos", "macOS"
        LINUX = "linux", "Linux"
        ANDROID = "android", _("安卓、鸿蒙")
        OTHER = "other", _("其他")

    class Signature(models.TextChoices):
        PUBLISHED = "published", _("与厂商公布的校验值一致")
        SIGNED = "signed", _("有厂商数字签名，信息中心已核")
        UNSIGNED = "unsigned", _("没有签名，请核对校验值")

    public_id = models.UUIDField(default=uuid4, unique=True)
    system = models.TextField(choices=System)
    name = models.TextField()
    version = models.TextField()
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    signature = models.TextField(choices=Signature)
    note = models.TextField(default="", blank=True)
    downloads = models.PositiveBigIntegerField(default=0)
    created_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "network_reach_installer"
        constraints = [
            models.UniqueConstraint(
                fields=["system", "name", "version"],
                condition=Q(withdrawn_at=None),
                name="network_reach_installer_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Resource(models.Model):
    """Something to open from a browser (校内资源): where it may be opened from, who runs it, whether it answers."""

    what: ClassVar[Text] = _("这个资源")

    class Kind(models.TextChoices):
        RESEARCH = "research", _("科研")
        ACADEMIC = "academic", _("教务")
        PAY = "pay", _("缴费")
        OFFICE = "office", _("办公")
        DIGITAL = "digital", _("数字资源")
        LEARNING = "learning", _("学习平台")

    class Reach(models.TextChoices):
        OPEN = "open", _("哪里都能打开")
        VPN = "vpn", _("校内，校外用 VPN")
        CARSI = "carsi", _("校内，校外用 CARSI")
        CAMPUS = "campus", _("只能在校内")
        NOT_BY_VPN = "not_by_vpn", _("VPN 不能到，找负责单位")

    class Health(models.TextChoices):
        UNKNOWN = "unknown", _("还没有检查")
        UP = "up", _("正常")
        DOWN = "down", _("没有回应")

    public_id = models.UUIDField(default=uuid4, unique=True)
    name = models.TextField()
    address = models.TextField()
    kind = models.TextField(choices=Kind)
    reach = models.TextField(choices=Reach)
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    is_of_centre = models.BooleanField(help_text="run by the information centre")
    contact = models.TextField()
    phone = models.TextField()
    carsi_entity = models.TextField(default="", blank=True, help_text="entityID of a service that is registered here")
    carsi_address = models.TextField(
        default="", blank=True, help_text="the publisher's sign-in link; {idp}: our entityID"
    )
    web_address = models.TextField(
        default="", blank=True, help_text="where a browser outside opens it after signing in, through a gate of its own"
    )
    searched = models.TextField(help_text="folded, with pinyin and initials")
    health = models.TextField(choices=Health, default=Health.UNKNOWN)
    bad_in_row = models.PositiveSmallIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    is_listed = models.BooleanField(
        null=True, help_text="of reach vpn: whether a list of that day led to its address and port"
    )
    health_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "network_reach_resource"
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(removed_at=None), name="network_reach_resource_once"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(contact="") & Q(address__regex="^https?://[^/]"),
                name="network_reach_resource_says_where",
            ),
            models.CheckConstraint(
                condition=~Q(reach="vpn") | Q(is_of_centre=True), name="network_reach_vpn_leads_to_the_centre_alone"
            ),
            models.CheckConstraint(
                condition=~Q(reach="carsi") | ~Q(carsi_entity="") | ~Q(carsi_address=""),
                name="network_reach_carsi_has_a_way",
            ),
            models.CheckConstraint(
                condition=Q(web_address="") | Q(reach="vpn"), name="network_reach_gate_where_the_vpn_leads"
            ),
            models.UniqueConstraint(
                fields=["web_address"],
                condition=Q(removed_at=None) & ~Q(web_address=""),
                name="network_reach_gate_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AccessPoint(models.Model):
    """A radio that hangs somewhere (无线接入点), as the controller's list or an engineer says."""

    what: ClassVar[Text] = _("这个无线接入点")
    public_id = models.UUIDField(default=uuid4, unique=True)
    name = models.TextField(unique=True)
    place = models.ForeignKey("campus.Place", on_delete=models.PROTECT, related_name="+")
    floor = models.SmallIntegerField(null=True, help_text="where its place is no room, which has one of its own")
    longitude = models.FloatField(null=True, help_text="degrees: where it is drawn on the map")
    latitude = models.FloatField(null=True)
    bands = ArrayField(models.TextField(), help_text='"2.4", "5", "6" GHz')
    mac = models.TextField(default="", blank=True)
    seen_at = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(
        null=True, help_text="when the newest list that names it was made: whom it saw last"
    )
    removed_at = models.DateTimeField(null=True)
    is_heard: bool
    """As `words` says it; both by `queries.with_words`."""
    words: str

    class Meta:
        db_table = "network_reach_access_point"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="network_reach_access_point_named"),
            models.CheckConstraint(
                condition=Q(floor=None) | Q(floor__range=(-9, 99)), name="network_reach_access_point_floor"
            ),
            models.CheckConstraint(
                condition=Q(longitude=None, latitude=None) | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="network_reach_access_point_spot",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CoveredArea(models.Model):
    """The outline of a building or a floor on the map: a ring of (longitude, latitude)."""

    what: ClassVar[Text] = _("这个轮廓")
    public_id = models.UUIDField(default=uuid4, unique=True)
    place = models.ForeignKey("campus.Place", on_delete=models.PROTECT, related_name="+")
    floor = models.SmallIntegerField(null=True)
    ring = models.JSONField()

    class Meta:
        db_table = "network_reach_covered_area"
        constraints = [
            models.UniqueConstraint(fields=["place", "floor"], nulls_distinct=False, name="network_reach_area_once"),
            models.CheckConstraint(condition=Q(floor=None) | Q(floor__range=(-9, 99)), name="network_reach_area_floor"),
        ]

    def __str__(self) -> str:
        return str(self.place)
