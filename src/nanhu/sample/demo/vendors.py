"""Fourteen systems of other makers feed the data centre: where each stands, how it is read, which of its columns is which of our fields."""

import base64
import hashlib
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from nanhu.emulators.api import VENDORS, VendorSystem, way_of
from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import Configuration, configuration
from nanhu.kernel.secret_files import made_secret, write_private
from nanhu.platforms.datahub import sample as hub_sample
from nanhu.sample.cast import MEMBERS
from nanhu.sample.truth import Truth

STUDENTS, STAFF = 120, 40
NUMBER: Final = "campus_no"


@dataclass(frozen=True, slots=True)
class Feed:
    """`columns`: our field → theirs; `words`: of a code, theirs → ours. Its name stands with the system."""

    fills: str
    office: str
    columns: dict[str, str]
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    is_whole: bool = True


FEEDS: Final[dict[str, Feed]] = {
    "academic": Feed("academic.roster", "教务处", {"section": "JXBH"}),
    "library": Feed(
        "library.lending",
        "图书馆",
        {"barcode": "tm", NUMBER: "dzh", "lent_on": "jcrq", "due_on": "yhrq", "state": "zt"},
        {"state": {"借出": "lent", "超期": "overdue", "遗失赔偿": "lost"}},
    ),
    "hr": Feed(
        "hr.establishment",
        "人事处",
        {
            NUMBER: "gh",
            "post": "gwmc",
            "unit_code": "dwdm",
            "level": "gwdj",
            "starts_on": "rzrq",
            "is_budgeted": "sfzb",
            "mobile": "sjhm",
        },
    ),
    "fees": Feed("finance.fee", "计划财务处", {"state": "状态", "due_fen": "应缴", "paid_fen": "已缴"}),
    "payroll": Feed("finance.pay", "计划财务处", {"state": "状态"}, is_whole=False),
    "dormitory": Feed("dorm.stay", "学生工作处", {"state": "状态"}),
    "onboarding": Feed(
        "onboarding.arrival",
        "学生工作处",
        {NUMBER: "xh", "state": "bdzt", "arrived_at": "bdsj"},
        {"state": {"Y": "arrived", "N": "expected", "B": "deferred"}},
    ),
    "departure": Feed(
        "departure.step",
        "学生工作处",
        {NUMBER: "studentNo", "step": "item", "state": "flag", "done_on": "doneDate"},
        {"state": {"1": "done", "0": "open"}},
    ),
    "research": Feed(
        "research.member",
        "科研处",
        {"project": "xmbh", NUMBER: "xgh", "title": "xmmc", "role": "js", "starts_on": "ksrq", "ends_on": "jsrq"},
    ),
    "aid": Feed("aid.award", "学生工作处", {"name": "项目", "state": "状态"}),
    "sports": Feed("sports.score", "体育学院", {NUMBER: "学籍号"}),
    "learning": Feed(
        "learning.member",
        "教务处",
        {"course": "courseId", NUMBER: "userNo", "title": "courseName"},
        {"role": {"T": "teacher", "S": "student"}},
    ),
    "labs": Feed(
        "labs.session",
        "实验室管理处",
        {"session": "id", NUMBER: "user", "instrument": "device", "begins_at": "begin"},
    ),
    "mail": Feed(
        "mail.mailbox",
        "信息中心",
        {"address": "addr", NUMBER: "xgh", "state": "zt", "used_mb": "mb"},
        {"state": {"1": "open", "0": "frozen"}},
    ),
}


def feed_the_hub(truth: Truth, stewards: tuple[Actor, Actor]) -> int:
    """Told to the systems and to the hub: whom they know, ports, a key, and by which host key a folder is known."""
    settings, key = configuration(), made_secret(24)
    host_key = Ed25519PrivateKey.generate()
    private = host_key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    public = host_key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[1]
    digest = hashlib.sha256(base64.b64decode(public)).digest()
    fingerprint = f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"
    students, staff = (numbers_of(truth, kind, most) for kind, most in (("student", STUDENTS), ("staff", STAFF)))
    facts = {"address": settings.listen_address, "ports": ports_of(settings), "key": key, "host_key": private}
    write_private(settings.data_dir / "emulators" / "vendors.json", facts | {"students": students, "staff": staff})
    for one in VENDORS:
        feed = FEEDS[one.key]
        hub_sample.read_system(
            stewards,
            key=f"vendor.{one.key}",
            name=one.name,
            office=feed.office,
            fills=feed.fills,
            columns=feed.columns,
            values=feed.words,
            is_whole=feed.is_whole,
            secret=key,
            **place_of(one, settings, fingerprint),
        )
    return len(VENDORS)


def ports_of(settings: Configuration) -> dict[str, int]:
    return {way: settings.vendors_port + n for n, way in enumerate(("http", "sftp", "postgres", "mariadb"))}


def numbers_of(truth: Truth, kind: str, most: int) -> list[str]:
    """Those of the cast first, then those who are an employee and a student as well."""
    cast = [one.campus_no for one in MEMBERS if one.kind == kind]
    living = [[tie for tie in one.affiliations if tie.state == "active"] for one in truth.people]
    sorted_by_many = sorted(living, key=lambda ties: -len({tie.kind for tie in ties}))
    others = [tie.campus_no for tie in chain.from_iterable(sorted_by_many) if tie.kind == kind]
    return list(dict.fromkeys([*cast, *others]))[:most]


def place_of(one: VendorSystem, settings: Configuration, fingerprint: str) -> dict[str, Any]:
    way, ports = way_of(one), ports_of(settings)
    if way == "http":
        address = f"http://localhost:{ports['http']}/{one.key}/rows"
        names = {"page": ("page", "size"), "offset": ("start", "size"), "next": ("next", "")}[one.paging]
        key_in = "?access_token" if one.key_in == "query" else "X-Api-Key"
        return {
            "kind": way,
            "address": address,
            "user_name": key_in,
            "paging": one.paging,
            "page_name": names[0],
            "size_name": names[1],
        }
    if way == "sftp":
        mark = ".ok" if one.mark else ""
        address = f"127.0.0.1:{ports['sftp']}/."
        shared = {
            "kind": way,
            "address": address,
            "user_name": one.key,
            "every_minutes": 1,
            "stale_minutes": 2 * 24 * 60,
        }
        return shared | {"host_key": fingerprint, "query": f"{one.name}_*.csv", "done_mark": mark}
    server, database = ("mariadb", "vendors") if way in {"mariadb", "binlog"} else ("postgres", "postgres")
    address = f"127.0.0.1:{ports[server]}/{database}"
    query = one.key if way in {"stream", "binlog"} else f"SELECT * FROM {one.key}"  # noqa: S608  (our own names)
    return {"kind": way, "address": address, "user_name": one.key, "query": query}
