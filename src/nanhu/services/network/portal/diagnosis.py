"""Why am I not on line (为什么上不了网): what is the matter, in one sentence, with one cure. The first finding that fits is shown.

By the address alone nothing is told of anybody; what concerns a person is looked up for that person, signed in.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.registry import Viewer
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.services.network import api as network
from nanhu.services.network.portal.queries import building, is_in_our_networks, operator_of
from nanhu.services.network.portal.school import fixed_address

LATELY: Final = timedelta(hours=1)
LOOP: Final = timedelta(minutes=10)
LOOPS: Final = 4
"""Sessions of one device in ten minutes, after which it is called looped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`cure`: what the button says; `url`: where it leads; without one the cure is done here (`act`). `choice`: of which the person picks,
    `session` at first."""

    key: str
    sentence: str
    cure: str = ""
    url: str = ""
    act: str = ""
    is_good: bool = False
    session: int | None = None
    choice: Sequence[network.SessionLine] = ()
    device: network.Device | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Who asks, from where; `symptom` and `place` as they were chosen on the page."""

    address: str
    viewer: Viewer | None = None
    symptom: str = ""
    place: str = ""

    @property
    def person_id(self) -> int | None:
        return self.viewer.person_id if self.viewer else None


SYMPTOMS: Final[dict[str, Callable[[], str]]] = {
    "certificate": lambda: _("提示证书不受信任"),
    "address": lambda: _("连上了，但没有地址"),
    "nothing": lambda: _("这里搜不到信号，或整栋楼都断了"),
    "dormitory": lambda: _("宿舍里的宽带"),
    "vpn": lambda: _("VPN 连不上"),
    "account": lambda: _("账号登录不了，或被停用"),
}


def found(patient: Patient) -> Finding:
    """What was chosen on the page comes first, then what is known of the person, then what the address says."""
    chosen = BY_SYMPTOM.get(patient.symptom)
    if chosen is not None:
        return chosen(patient)
    of_person = of_ones_devices(patient.person_id) if patient.person_id is not None else None
    return of_person or by_address(patient)


def of_ones_devices(person_id: int) -> Finding | None:
    return refused(person_id) or looped(person_id) or wrong_password(person_id)


def by_address(patient: Patient) -> Finding:
    session = network.session_at(patient.address) if patient.address else None
    if session is not None:
        return Finding(key="on_line", sentence=_("这台设备已经在线。网页打不开时，换一个网站试试。"), is_good=True)
    if patient.address and is_in_our_networks(patient.address):
        words = _("这台设备连上了校园无线网，还没有登录。")
        return Finding(key="captive", sentence=words, cure=_("去上线"), url=fixed_address())
    words = _("这台设备现在没有连校园网（可能在用手机流量）。先连上无线网，再打开任意网页。")
    return Finding(key="outside", sentence=words, cure=_("看怎么连"), url=reverse("identity:wifi_help"))


def refused(person_id: int) -> Finding | None:
    """Refused after the password was right: the cap, the hours, a service that is not open."""
    last = network.refusals_of(person_id, since=now() - LATELY).first()
    if last is None or is_in_since(person_id, last):
        return None
    if last.reason == network.Refusal.Reason.DEVICES:
        return full(person_id, last.service)
    if last.reason == network.Refusal.Reason.KEPT_OFF:
        return kept_off(person_id, last)
    if last.service == network.Service.VPN and last.reason == network.Refusal.Reason.SERVICE:
        return leading("vpn_refused", last.sentence, _("看我的 VPN"), address_of("network_reach:book:vpn"))
    return Finding(key="refused", sentence=last.sentence, cure=_("打电话问"), url=phone_address())


def kept_off(person_id: int, last: network.Refusal) -> Finding | None:
    """Its owner put it off, and lets it in again here."""
    of_station = {f"at:{last.station}", last.station}
    for one in network.devices_of(person_id):
        if one.kept_off_at is not None and of_station & {one.recognised_by, *one.macs}:
            words = _("您让 {device} 下了线，它就一直上不了网。").format(device=one)
            return Finding(key="kept_off", sentence=words, cure=_("允许它再上线"), act="let_in", device=one)
    return None


def is_in_since(person_id: int, last: network.Refusal) -> bool:
    """The device that was refused came in afterwards."""
    lines = network.sessions_of(person_id, only_open=False, services=[last.service])
    return any(one.started_at > last.at and one.station == last.station for one in lines)


def full(person_id: int, service: str) -> Finding | None:
    """Of that service alone; once a place is free, or about to be, nobody else is dropped."""
    lines = network.sessions_of(person_id, services=[service])
    leaving = next((one for one in lines if one.state == "closing"), None)
    if leaving is not None:
        words = _("正在让 {device} 下线：断开后（不到一分钟）再连一次。").format(device=leaving.device)
        return Finding(key="leaving", sentence=words, is_good=True)
    usage = next((one for one in network.usage_of(person_id, roles_of(person_id)) if one.service == service), None)
    if usage is None or usage.most is None or usage.count < usage.most:
        return None
    open_ones = [one for one in network.places_of(person_id, service) if one.state != "closing"]
    if not open_ones:
        return None
    words = _("同时在线的设备已到上限。选一台让它下线；选好的是最久没有动静的。")
    idlest = open_ones[0].session_id
    return Finding(key="full", sentence=words, cure=_("让它下线"), act="drop", session=idlest, choice=open_ones)


def roles_of(person_id: int) -> set[str]:
    card = people.person_card(person_id)
    return card.live_kinds if card else set()


def last_start(person_id: int) -> datetime:
    lines = network.sessions_of(person_id, only_open=False)
    return max((one.started_at for one in lines), default=now() - 2 * LATELY)


def looped(person_id: int) -> Finding | None:
    """What came before it was told to connect anew is no loop any more."""
    recent = [one for one in network.sessions_of(person_id, only_open=False) if one.started_at > now() - LOOP]
    told = {one.station: one.started_at for one in sorted(recent, key=begun) if one.cause == network.KICKED}
    lines = [one for one in recent if one.station and one.started_at > told.get(one.station, one.started_at - LOOP)]
    station, times = next(iter(Counter(one.station for one in lines).most_common(1)), ("", 0))
    if times < LOOPS:
        return None
    last = max((one for one in lines if one.station == station), key=begun)
    if last.state == "closing":
        words = _("正在断开 {device}：断开后（不到一分钟）它会自己重新连接。").format(device=last.device)
        return Finding(key="reconnecting", sentence=words, is_good=True)
    is_between = len({one.ap for one in lines if one.station == station} - {""}) > 1
    words = (
        _("{device} 十分钟里断开又连上 {times} 次，在两个无线接入点之间来回。")
        if is_between
        else _("{device} 十分钟里断开又连上 {times} 次。")
    ).format(device=last.device, times=times)
    return Finding(key="looped", sentence=words, cure=_("断开它，重新连接"), act="drop", session=last.session_id)


def begun(line: network.SessionLine) -> datetime:
    return line.started_at


def wrong_password(person_id: int) -> Finding | None:
    account = identity.account_of(person_id)
    numbers = network.numbers_of(person_id)
    last = identity.refused_lately(campus_numbers=numbers, since=now() - LATELY).first() if account else None
    if last is None or last.at < last_start(person_id):
        return None
    words = _("{time} 有设备（{device}）用错的密码连过网：多半是设备里还存着旧密码。").format(
        time=dates.clock_words(last.at, now()), device=last.address or _("没有说明")
    )
    url = f"{reverse('identity:wifi_help')}#wifi-changed"
    return Finding(key="wrong_password", sentence=words, cure=_("看怎么改设备里的密码"), url=url)


def no_certificate(_patient: Patient) -> Finding:
    words = _("设备不认得学校的证书。装一次学校的配置文件，以后自动连接；不要选“仍然信任”。")
    return Finding(key="certificate", sentence=words, cure=_("下载配置文件"), url=reverse("identity:wifi_help"))


def no_address(_patient: Patient) -> Finding:
    words = _("没有拿到地址：在设备里“忘记”这个网络再连一次；手动填过 IP 的改回自动。")
    return Finding(key="no_address", sentence=words, cure=_("还是没有：报修"), act="ticket")


def nothing_here(patient: Patient) -> Finding:
    """Not covered, down, or well: by what the NAS and the access points of the building last told."""
    place = building(patient.place)
    if place is None:
        words = _("先选一下您在哪栋楼，我们看那里的设备是否正常。")
        return leading("which_building", words, _("看覆盖地图"), address_of("network_reach:book:coverage"))
    controllers = network.nas_points(network.Nas.objects.filter(place=place, withdrawn_at=None))
    points = network.access_points_in(place.pk)
    if not controllers and not points:
        words = _("{place}没有无线网覆盖。").format(place=place.name)
        return leading("not_covered", words, _("看覆盖地图"), address_of("network_reach:book:coverage"))
    down = down_since(controllers) or down_since(points)
    if down is not None:
        since = dates.clock_words(down, now())
        words = _("{place}的网络设备从 {since} 起没有响应，信息中心能看到。").format(place=place.name, since=since)
        return Finding(key="building_down", sentence=words, cure=_("报修，让人来"), act="ticket")
    words = _("{place}的网络设备正常。离窗口或走廊近一点再搜；搜到了再打开任意网页。").format(place=place.name)
    return Finding(key="building_well", sentence=words, cure=_("还是搜不到：报修"), act="ticket")


def down_since(points: Sequence[network.Point]) -> datetime | None:
    """The last word of them, where each is silent; one that never spoke is not known to be down."""
    moments = [one.last_at for one in points if one.is_silent and one.last_at]
    return max(moments) if moments and len(moments) == len(points) else None


def dormitory(patient: Patient) -> Finding:
    """Of whoever has signed in and has a bed: whose that building's network is, and the phone."""
    of_bed = operator_of(patient.viewer.campus_no) if patient.viewer and patient.viewer.campus_no else None
    if of_bed is None:
        words = _("宿舍里的宽带由运营商维护：页面按楼栋给出是哪一家、打什么电话。")
        return leading("dormitory", words, _("看我的楼归谁"), address_of("requests:hall:network"))
    place, operator, phone = of_bed
    words = _("{place}的宽带由{operator}维护，报修电话 {phone}。").format(place=place, operator=operator, phone=phone)
    return Finding(key="operator", sentence=words, cure=_("打电话报修"), url=tel(phone))


def vpn(patient: Patient) -> Finding:
    """Of whoever has signed in first the account, the code and the places; in general what is to be looked at."""
    return (of_ones_vpn(patient.person_id) if patient.person_id is not None else None) or vpn_at_all()


def of_ones_vpn(person_id: int) -> Finding | None:
    if words := network.words_against(person_id, network.Service.VPN):
        return leading("vpn_refused", str(words), _("看我的 VPN"), address_of("network_reach:book:vpn"))
    if not identity.has_totp(person_id):
        words = _("登录 VPN 要动态口令，您还没有绑定。")
        return Finding(key="vpn_code", sentence=words, cure=_("去绑定动态口令"), url=reverse("identity:security"))
    return full(person_id, network.Service.VPN)


def vpn_at_all() -> Finding:
    words = _(
        "VPN 连不上：先确认能上外网、时间准确、账号已开通 VPN；学生看校外资源用 CARSI。还不行请拨打 {phone}。"
    ).format(phone=school().info_centre_phone)
    return leading("vpn", words, _("看我的 VPN"), address_of("network_reach:book:vpn"))


def account(_patient: Patient) -> Finding:
    """Whoever is suspended cannot sign in: he proves the password on the page itself."""
    return of_account(_("账号停用后登录不了。在下面输入密码，这里就说为什么、找谁。"))


def of_account(sentence: str) -> Finding:
    """`sentence` of why it is closed is for whoever has just proved the password."""
    return Finding(key="account", sentence=sentence, cure=_("打电话问"), url=phone_address())


def well() -> Finding:
    return Finding(key="account_well", sentence=_("密码正确，账号也没有停用。登录后再看您的设备。"), is_good=True)


BY_SYMPTOM: Final[dict[str, Callable[[Patient], Finding]]] = {
    "certificate": no_certificate,
    "address": no_address,
    "nothing": nothing_here,
    "dormitory": dormitory,
    "vpn": vpn,
    "account": account,
}


def leading(key: str, sentence: str, cure: str, url: str) -> Finding:
    """A button says what it does, also where a school has left that page out."""
    return Finding(key=key, sentence=sentence, cure=_("打电话问") if url.startswith("tel:") else cure, url=url)


def address_of(name: str) -> str:
    """Of a page that a school may have left out: then one calls."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return phone_address()


def phone_address() -> str:
    return tel(school().info_centre_phone)


def tel(phone: str) -> str:
    return f"tel:{phone.replace('-', '').replace(' ', '')}"
