"""The campus network of the sample: controllers, policies, who is on line; a stale session, one of nobody, a kicked phone, a teacher by VPN, his
guest of these days and one whose visit is over. Its controllers report every ten minutes, and who fell out comes back, however long the demo runs.
"""

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from zlib import crc32

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST
from nanhu.services.network import api as network
from nanhu.services.network import sample as network_sample

BY: Final = Actor.system("demo")
LIBRARY, LECTURES, DORMITORY, GATEWAY = "127.0.0.61", "127.0.0.62", "127.0.0.63", "127.0.0.64"
NAS: Final = (
    ("图书馆无线控制器", "ac", LIBRARY, "south.library"),
    ("东院1号教学楼无线控制器", "ac", LECTURES, "east.t1"),
    ("南院一栋交换机", "switch", DORMITORY, "south.d1"),
    ("VPN 网关", "ocserv", GATEWAY, ""),
)
POLICIES: Final[tuple[tuple[str, str, int, dict[str, Any]], ...]] = (
    ("student", "wifi", 3, {"session_seconds": 12 * 3600, "down_kbps": 50_000}),
    ("student", "wired", 2, {}),
    ("staff", "wifi", 5, {"vlan": "staff"}),
    ("staff", "wired", 3, {"vlan": "staff"}),
    ("staff", "vpn", 2, {"session_seconds": 8 * 3600, "idle_seconds": 1200}),
    ("temporary", "wifi", 2, {"vlan": "temporary"}),
    ("guest", "wifi", 2, {"vlan": "guest", "session_seconds": 4 * 3600, "down_kbps": 10_000}),
)
PHONE, LAPTOP, TABLET = "3c:22:fb:10:20:30", "3c:22:fb:10:20:31", "02:1a:11:f0:00:07"
KICKED, STRANGER = "3c:22:fb:10:20:99", "3c:22:fb:66:00:01"
GUESTS: Final = (("韩教授", 3, "13900000701"), ("冯博士", 0, "13900000702"))
CROWD, PAST_DAYS, SEED = 48, 3, 13


def fill_the_network() -> str:
    if network.Nas.objects.exists():
        return "0 台接入设备"
    for name, kind, address, place in NAS:
        network_sample.register(by=BY, name=name, kind=kind, address=address, place=place_of(place))
    first = campus_today() - timedelta(days=90)
    for role, service, devices, facts in POLICIES:
        network_sample.enter_policy(by=BY, role=role, service=service, devices=devices, starts_on=first, **facts)
    scene = Scene()
    scene.play(is_first=True)
    deliver_pending()
    return f"{len(NAS)} 台接入设备，{scene.count} 次上线"


def go_on_line_again() -> int:
    """How many were reported, or came back."""
    scene = Scene()
    scene.play()
    return scene.count


def place_of(key: str) -> campus.Place | None:
    return campus.place_with(key) if key else None


def may_come(person_id: int) -> bool:
    """Not who is away (休学): his account is suspended."""
    account = identity.account_of(person_id)
    return account is not None and account.state != identity.Account.State.SUSPENDED


class Scene:
    """Who comes on line, with what, and what becomes of it."""

    def __init__(self) -> None:
        self.count, self.chance, self.mark = 0, random.Random(SEED), f"{now():%m%d%H%M%S}"
        self.there = {one.station: one for one in network_sample.open_sessions([nas[2] for nas in NAS])}
        numbers = people.find_people_by_campus_no([CAST[role].campus_no for role in ("student", "teacher")])
        self.student, self.teacher = (numbers.get(CAST[role].campus_no) for role in ("student", "teacher"))

    def play(self, *, is_first: bool = False) -> None:
        for person_id in islice(filter(may_come, people.members_of(["12"], kind="student")), CROWD):
            if is_first:
                self.past(person_id)
            if person_id == self.student:
                continue
            mac = f"3c:22:fb:00:{person_id // 256 % 256:02x}:{person_id % 256:02x}"
            self.be_on(person_id, "student", mac, self.chance.choice((LIBRARY, LECTURES)))
        if self.student is not None:
            self.of_student(self.student, is_first=is_first)
        if self.teacher is not None:
            self.be_on(self.teacher, "staff", "3c:22:fb:77:00:01", LECTURES)
            self.be_on(self.teacher, "staff", "203.0.113.24", GATEWAY, service="vpn", address="172.16.9.24")
            self.of_guests(self.teacher, is_first=is_first)
        if STRANGER in self.there:
            self.interim(self.there[STRANGER])
        else:
            self.report(LECTURES, "start", station=STRANGER, user_name="20191203", address="10.2.200.9")
        if is_first:
            network_sample.sum_hours((PAST_DAYS + 1) * 24)

    def of_student(self, person_id: int, *, is_first: bool) -> None:
        """A phone and a laptop on line, a tablet of which nothing was heard for hours, an old phone that was kicked and did not go."""
        self.be_on(person_id, "student", PHONE, LIBRARY)
        self.be_on(person_id, "student", LAPTOP, DORMITORY, service="wired")
        if TABLET not in self.there:
            self.start(person_id, "student", TABLET, LIBRARY, at=now() - timedelta(hours=5))
        network_sample.watch()
        if KICKED in self.there:
            return
        old = self.start(person_id, "student", KICKED, LECTURES)
        if is_first:
            named = {PHONE: ("我的手机", "phone"), LAPTOP: ("寝室电脑", "computer"), TABLET: ("平板", "tablet")}
            for device in network.devices_of(person_id):
                name, kind = named.get(device.macs[-1], ("旧手机", "phone"))
                network_sample.rename(by=BY, device=device, name=name, kind=kind)
        network.drop(by=BY, person_id=person_id, session_id=old)

    def be_on(self, person_id: int, role: str, station: str, nas: str, **more: Any) -> None:
        """What is on line is reported with what it moved meanwhile; else it comes in, where it may."""
        if station in self.there:
            self.interim(self.there[station])
            return
        with suppress(network_sample.NotAdmittedError):
            self.start(person_id, role, station, nas, **more)

    def interim(self, session: network_sample.OpenSession) -> None:
        self.count += 1
        moved = self.chance.randrange(10**5, 10**8)
        network.account(
            network.Record(
                nas=session.nas,
                status="interim",
                sid=session.sid,
                in_octets=session.in_octets + moved // 9,
                out_octets=session.out_octets + moved,
            )
        )

    def of_guests(self, sponsor: int, *, is_first: bool) -> None:
        """Two who speak at a conference: one is here for three days more, the other's visit is over, and he was put off line with it."""
        account = identity.account_of(sponsor)
        if account is None:
            return
        by, whose = Actor(account_id=account.pk, name=str(account)), {"account_id": account.pk}
        for name, days, phone in GUESTS if is_first else ():
            last = campus_today() + timedelta(days=days)
            identity.guests.invite_visitor(
                by=by, **whose, name=name, phone=phone, ends_on=last, reason="学术会议报告人"
            )
        for held in identity.guests.guests_of(account.pk):
            self.be_on(held.person_id, "guest", f"3c:22:fb:88:00:{held.person_id % 256:02x}", LECTURES)
            if is_first and held.ends_on == campus_today():
                identity.guests.end_visit(by=by, **whose, public_id=held.public_id)
                deliver_pending()
                stop = network.Record(nas=LECTURES, status="stop", sid=self.sid(), cause="Admin-Reset")
                network.account(stop)

    def start(
        self,
        person_id: int,
        role: str,
        station: str,
        nas: str,
        *,
        service: str = "wifi",
        address: str = "",
        at: datetime | None = None,
    ) -> int:
        code = self.code(person_id, role, station, service, at=at)
        number = crc32(station.encode()) % 8000  # the same whenever it comes
        given = {"address": address or f"10.2.{number // 200}.{number % 200 + 10}", "service": service}
        return self.report(nas, "start", station=station, classes=[code], happened=at, **given)

    def code(self, person_id: int, role: str, station: str, service: str, *, at: datetime | None = None) -> str:
        card = people.person_card(person_id)
        request = network.AdmissionRequest(
            service=service, role=role, person_id=person_id, campus_no=card.campus_no if card else "", station=station
        )
        code = network.admit(request).code
        if at is not None:
            network_sample.let_in_at(code, at)
        return code

    def report(self, nas: str, status: str, **facts: Any) -> int:
        self.count += 1
        record = network.Record(nas=nas, status=status, sid=self.sid(), **facts)
        return network.account(record) or 0

    def sid(self) -> str:
        """Of the last that came in; a number is never given again."""
        return f"SAMPLE-{self.mark}-{self.count:05}"

    def past(self, person_id: int) -> None:
        """An hour or two on each of the last days."""
        mac = f"3c:22:fb:00:{person_id // 256 % 256:02x}:{person_id % 256:02x}"
        for end, seconds in self.evenings():
            code = self.code(person_id, "student", mac, "wifi", at=end - timedelta(seconds=seconds))
            octets = self.chance.randrange(10**7, 2 * 10**9)
            self.report(
                self.chance.choice((LIBRARY, LECTURES)),
                "stop",
                station=mac,
                classes=[code],
                happened=end,
                seconds=seconds,
                address=f"10.2.9.{self.count % 200 + 10}",
                out_octets=octets,
                in_octets=octets // 9,
                cause=self.chance.choice(("User-Request", "Lost-Carrier", "Idle-Timeout")),
            )

    def evenings(self) -> Iterator[tuple[datetime, int]]:
        for days in range(1, PAST_DAYS + 1):
            yield (
                now() - timedelta(days=days, minutes=self.chance.randrange(-300, 300)),
                self.chance.randrange(900, 9000),
            )
