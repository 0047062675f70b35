"""What waits at the data centre for somebody: a register with its last pages missing, a list whose office looks at it, one with a header that is
new, and requests for shared data."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.secret_files import write_private
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub import sample as hub_sample
from nanhu.platforms.people import api as people
from nanhu.platforms.portal import sample as portal_sample
from nanhu.sample.cast import CAST
from nanhu.sample.passes import actor_of

BY = Actor.system("demo")
FOLLOWER = "迎新系统（样例）"
WORKERS = (
    ("L9800101", "钱海生", "19810412", 17),
    ("L9800102", "孙桂香", "19790930", 24),
    ("L9800103", "周立军", "19901102", 31),
)
PAIRS_HEADER = "证号,类型,姓名,性别,出生日期,证件类型,证件号码,国籍,单位,有效期起,有效期止,民族,电话"
PAIRS = (
    "L9800201,临聘,吴建国,男,1985-07-12,居民身份证,{twins},中国,后勤管理处,2026-09-01,2027-08-31,汉族,13507300201",
    "L9800202,临聘,吴建军,男,1985-07-12,居民身份证,{twins},中国,后勤管理处,2026-09-01,2027-08-31,汉族,13507300202",
    "L9800203,临聘,IVAN PETROV,男,1990-03-08,护照,530214687,俄罗斯,后勤管理处,2026-09-01,2027-08-31,,13507300203",
    "L9800204,临聘,IVAN PETROV,男,1990-03-08,护照,530214678,俄罗斯,后勤管理处,2026-10-01,2027-08-31,,13507300203",
)


def leave_files_waiting(folder: Path, register: str, temporary: str) -> None:
    """The gate holds the first two, at red; of the third a steward says which column is what."""
    lines = (folder / register).read_bytes().split(b"\n")
    short = folder / f"{Path(register).stem}-缺页.csv"
    short.write_bytes(b"\n".join(lines[: len(lines) * 4 // 5]) + b"\n")
    datahub.import_file(by=BY, path=short, source_key="aa.students")
    leave_for_its_office(folder, temporary)
    new = folder / "保卫处-外包人员.csv"
    rows = [
        f"{number},{name},{document(birth, order)},物业公司,保洁,2026-09-01" for number, name, birth, order in WORKERS
    ]
    new.write_text("\n".join(["编码,称呼,证明,公司,干什么,何时来", *rows]) + "\n", encoding="utf-8")
    datahub.import_file(by=BY, path=new, source_key="sec.temporary")
    leave_pairs_to_judge(folder)


def leave_for_its_office(folder: Path, temporary: str) -> None:
    """The guards' list, whose column of last days somebody filled with one day of last year: whoever heads the office finds it in 待办."""
    with (folder / temporary).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    last_year = f"{campus_today().year - 1}-12-31"
    wrong = folder / f"{Path(temporary).stem}-续签.csv"
    with wrong.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | {"有效期止": last_year} for row in rows)
    datahub.import_file(by=BY, path=wrong, source_key="sec.temporary")


def leave_pairs_to_judge(folder: Path) -> None:
    """A twin whom the clerk entered under the brother's number, and a guest who came again with a passport typed otherwise."""
    twins = document("19850712", 31)
    path = folder / "保卫处-修缮队.csv"
    path.write_text("\n".join([PAIRS_HEADER, *(line.format(twins=twins) for line in PAIRS)]) + "\n", encoding="utf-8")
    datahub.import_file(by=BY, path=path, source_key="sec.temporary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Of the cast `asker` asks for a company's program; `words`: what was said of it so far, each by whom."""

    asker: str
    company: str
    table: str
    fields: tuple[str, ...]
    purpose: str
    days: int
    words: tuple[tuple[str, str, str], ...] = ()


REQUESTS = (
    Request(
        asker="assets",
        company="资产盘点（样例）",
        table="unit.phone",
        fields=("name", "number", "unit_code"),
        purpose="盘点时找得到保管部门的电话",
        days=365,
    ),
    Request(
        asker="affairs",
        company="会议预约（样例）",
        table="unit.hours",
        fields=("title", "hours", "ends_on"),
        purpose="预约会议避开各单位的休息时间",
        days=365,
        words=(("administrator", "agree", "作息是公开的"),),
    ),
    Request(
        asker="treasurer",
        company="报修派单（样例）",
        table="unit.duty",
        fields=("unit_code", "day", "task"),
        purpose="把报修派给当天值班的单位",
        days=10,
        words=(("administrator", "agree", "不含电话，可以"), ("clerk", "agree", "字段够用，没有多给")),
    ),
    Request(
        asker="teacher",
        company="教室人流分析（样例）",
        table="access.door_day",
        fields=("entries", "exits"),
        purpose="课程作业",
        days=180,
        words=(("security", "refuse", "课程作业不用真实的通行数据，请用样例数据"),),
    ),
)
"""One that waits for the head of the table's owner, one for a data steward, one that ends soon, one that was refused."""


def ask_for_data() -> int:
    """Each once; nothing where somebody of the cast is not here."""
    roles = {one.asker for one in REQUESTS} | {role for one in REQUESTS for role, _decision, _words in one.words}
    numbers = {role: CAST[role].campus_no for role in roles}
    found = people.find_people_by_campus_no(list(numbers.values()))
    if len(found) < len(numbers):
        return 0
    made = sum(ask(one, {role: found[number] for role, number in numbers.items()}) for one in REQUESTS)
    deliver_pending()
    return made


def ask(one: Request, persons: Mapping[str, int]) -> bool:
    asker = persons[one.asker]
    grant = portal_sample.ask_for_data(
        by=actor_of(asker),
        person_id=asker,
        vendor=hub_sample.vendor_named(one.company),
        table=one.table,
        days=one.days,
        fields=one.fields,
        purpose=one.purpose,
        basis=datahub.Grant.Basis.DUTY,
    )
    if grant is None:
        return False
    for role, decision, words in one.words:
        decider = persons[role]
        portal_sample.decide_on_data(
            by=actor_of(decider), person_id=decider, grant=grant, decision=decision, comment=words
        )
    return True


def share_with_companies(stewards: tuple[Actor, Actor]) -> None:
    """One grant that holds, one that waits; and a limit of the gate that waits."""
    hub_sample.ask_looser_limit(stewards)
    hub_sample.share(
        stewards,
        "图书自助借还（样例）",
        "library.lending",
        ["due_on", "state"],
        purpose="自助机上提醒还书",
        is_agreed=True,
    )
    hub_sample.share(
        stewards, "图书自助借还（样例）", "card.card", ["state", "valid_until"], purpose="凭卡借书", is_agreed=False
    )


def let_a_program_follow(stewards: tuple[Actor, Actor], file: Path, *, hub: str, hook: str) -> None:
    """Another company's program follows the golden record of persons: told of news, names masked."""
    hub_sample.copy_the_record()
    hub_sample.share(
        stewards,
        FOLLOWER,
        "people.person",
        ["name", "sex", "is_here", "phone"],
        masked=["name", "phone"],
        wants_news=True,
        has_view=True,
        past_from=campus_today() - timedelta(days=90),
        purpose="迎新核对",
        is_agreed=True,
    )
    hub_sample.share(
        stewards, FOLLOWER, "people.affiliation", ["kind", "unit_code", "state"], purpose="迎新核对", is_agreed=True
    )
    hub_sample.open_views()
    known = json.loads(file.read_text()).get("key", "") if file.is_file() else ""
    key, secret = hub_sample.follow(FOLLOWER, hook=hook, known_key=known)
    write_private(file, {"hub": hub, "key": key, "secret": secret, "product": "people.person"})


def document(birth: str, order: int) -> str:
    first = f"430602{birth}{order:03d}"
    return first + people.id_check_character(first)
