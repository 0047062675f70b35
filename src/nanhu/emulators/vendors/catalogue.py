"""The fourteen systems, described: who calls them what, how each is read, which rows it has and how they change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

type Row = dict[str, Any]
type Rows = Callable[[list[str], list[str]], Iterator[Row]]
"""Of students' and employees' numbers, what the system says."""

TERM: Final = "2026-2027-1"
YEAR: Final = "2026-2027"
WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSystem:
    """`way`: how it is read. `moves`: the column that changes where something happens there, and what it says then.
    `paging` and `key_in` are of HTTP; `mark`: it writes files with an .ok beside each."""

    key: str
    name: str
    way: Literal["http", "postgres", "stream", "mariadb", "binlog", "sftp"]
    rows: Rows
    moves: tuple[str, Any]
    paging: Literal["page", "offset", "next"] = "page"
    key_in: Literal["header", "query"] = "header"
    mark: bool = False


def day(n: int) -> str:
    """No two clerks write a date alike."""
    at = datetime.now(UTC).date() - timedelta(days=n)
    return at.strftime(("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d", "%Y.%m.%d")[n % 5])


def said(number: str, n: int) -> str:
    """A campus number as it stands there: full width here, blanks there."""
    return (number, f" {number}", number.translate(WIDE), f"{number} ")[n % 4 if n % 3 == 0 else 0]


def lessons(students: list[str], _staff: list[str]) -> Iterator[Row]:
    names = ("高等数学Ａ", "大学英语（三）", "数据库 原理", "体育3")
    for n, number in enumerate(students):
        for c in range(3):
            yield {
                "XNXQ": TERM,
                "JXBH": f" JX{(n + c) % 12:02d}-{c} ",
                "XH": said(number, n + c),
                "KCH": f"MA{101 + c}",
                "KCMC": names[(n + c) % 4],
                "XDFS": "重修" if n % 17 == 3 else "初修",
            }


def loans(students: list[str], staff: list[str]) -> Iterator[Row]:
    for n, number in enumerate([*students, *staff[:10]]):
        for copy in range((n + 1) % 4):
            state = ("借出", "借出", "超期")[n % 3] if n % 29 else "遗失赔偿"
            yield {
                "tm": f" L{n * 7 + copy:06d}",
                "dzh": said(number, n),
                "jcrq": day(20 + copy),
                "yhrq": day(n % 12 - 10),
                "zt": state,
            }


def posts(_students: list[str], staff: list[str]) -> Iterator[Row]:
    for n, number in enumerate(staff):
        yield {
            "gh": number,
            "gwmc": ("教学科研岗", "管理岗 ", "实验技术岗")[n % 3],
            "dwdm": "1031" if n % 3 == 1 else "11",
            "gwdj": n % 7 + 4,
            "rzrq": f"20{10 + n % 15}-09-01",
            "sfzb": "是" if n % 5 else "否",
            "sjhm": f"138{n:08d}",
        }


def fees(students: list[str], _staff: list[str]) -> Iterator[Row]:
    for n, number in enumerate(students):
        state = ("已缴清", "已缴清", "欠费", "部分缴")[n % 4]
        yield {
            "学号": number,
            "收费项目": "学费",
            "学年": YEAR,
            "应缴": 520000,
            "已缴": (520000, 520000, 0, 260000)[n % 4],
            "状态": state,
            "缴费日期": day(n % 60) if n % 4 != 2 else "",
        }


def pay(_students: list[str], staff: list[str]) -> Iterator[Row]:
    for n, number in enumerate(staff):
        yield {
            "工号": said(number, n),
            "发放月份": datetime.now(UTC).strftime("%Y-%m"),
            "状态": "已发" if n % 19 else "暂缓",
            "发放日期": day(3),
            "实发": 612300 + n * 1700,
        }


def beds(students: list[str], _staff: list[str]) -> Iterator[Row]:
    for n, number in enumerate(students):
        yield {
            "学号": said(number, n),
            "房间": f"S{n % 8 + 1:02d}-{300 + n // 4}",
            "床位": f"{n % 4 + 1}号床",
            "入住日期": day(80 + n % 5),
            "状态": "外宿" if n % 31 == 7 else "在住",
        }


def arrivals(students: list[str], _staff: list[str]) -> Iterator[Row]:
    for n, number in enumerate(students):
        is_here = n % 23 != 4
        yield {
            "xh": number,
            "bdzt": "Y" if is_here else "N",
            "bdsj": f"2026-09-0{n % 3 + 1} 1{n % 9}:30:00" if is_here else None,
        }


def clearances(students: list[str], _staff: list[str]) -> Iterator[Row]:
    for n, number in enumerate(students[:40]):
        for step in ("还书", "退宿", "结清费用"):
            is_done = (n + len(step)) % 3 == 0
            yield {"studentNo": number, "item": step, "flag": int(is_done), "doneDate": day(n % 9) if is_done else ""}


def projects(students: list[str], staff: list[str]) -> Iterator[Row]:
    for n, number in enumerate([*staff, *students[:12]]):
        yield {
            "xmbh": f"2026KY{n // 3:03d}",
            "xmmc": f"洞庭湖生态研究（{n // 3 + 1}）",
            "xgh": number,
            "js": "负责人" if n % 3 == 0 else "参加人",
            "ksrq": "2026-01-01",
            "jsrq": "2028-12-31",
        }


def awards(students: list[str], _staff: list[str]) -> Iterator[Row]:
    for n, number in enumerate(students):
        if n % 4 == 0:
            yield {
                "学号": number,
                "学年": YEAR,
                "项目": "国家助学金" if n % 8 else "国家励志奖学金",
                "金额": 330000,
                "状态": "已发放" if n % 3 else "已批准",
            }


def scores(students: list[str], _staff: list[str]) -> Iterator[Row]:
    for n, number in enumerate(students):
        points = 58 + n * 7 % 40
        yield {
            "学籍号": said(number, n),
            "学年": YEAR,
            "总分": f"{points}分" if n % 9 == 2 else points,
            "等级": ("不及格", "及格", "良好", "优秀")[(points >= 60) + (points >= 80) + (points >= 90)],
        }


def spaces(students: list[str], staff: list[str]) -> Iterator[Row]:
    for n, number in enumerate([*staff[:12], *students]):
        yield {
            "courseId": f"C{n % 12:03d}",
            "courseName": f"课程空间 {n % 12 + 1}",
            "userNo": number,
            "role": "T" if n < 12 else "S",
        }


def sessions(students: list[str], staff: list[str]) -> Iterator[Row]:
    for n, number in enumerate([*staff[:20], *students[:30]]):
        yield {
            "id": f"YY2026{n:04d}",
            "user": number,
            "device": ("扫描电镜", "核磁共振仪", "液相色谱仪")[n % 3],
            "begin": f"2026-11-{n % 28 + 1:02d}T{8 + n % 10:02d}:00:00+08:00",
            "minutes": 30 * (n % 5 + 1),
        }


def mailboxes(students: list[str], staff: list[str]) -> Iterator[Row]:
    for n, number in enumerate([*staff, *students]):
        yield {"addr": f"u{number}@mail.nanhu.example", "xgh": number, "zt": 1 if n % 37 else 0, "mb": n * 37 % 4096}


SYSTEMS: Final = (
    VendorSystem(key="academic", name="教务系统", way="http", rows=lessons, moves=("XDFS", "旁听")),
    VendorSystem(key="library", name="图书馆系统", way="http", rows=loans, moves=("zt", "遗失赔偿")),
    VendorSystem(key="hr", name="人事系统", way="postgres", rows=posts, moves=("gwmc", "双肩挑岗")),
    VendorSystem(key="fees", name="收费系统", way="binlog", rows=fees, moves=("状态", "已缴清")),
    VendorSystem(key="payroll", name="工资系统", way="sftp", rows=pay, moves=("状态", "暂缓"), mark=True),
    VendorSystem(key="dormitory", name="宿舍系统", way="sftp", rows=beds, moves=("床位", "6号床")),
    VendorSystem(key="onboarding", name="迎新系统", way="http", rows=arrivals, moves=("bdzt", "B"), paging="next"),
    VendorSystem(key="departure", name="离校系统", way="http", rows=clearances, moves=("flag", 1), paging="offset"),
    VendorSystem(key="research", name="科研系统", way="postgres", rows=projects, moves=("js", "参加人")),
    VendorSystem(key="aid", name="资助系统", way="mariadb", rows=awards, moves=("状态", "已发放")),
    VendorSystem(key="sports", name="体测系统", way="sftp", rows=scores, moves=("总分", 77), mark=True),
    VendorSystem(
        key="learning", name="网络教学平台", way="http", rows=spaces, moves=("courseName", "新名字的课程空间")
    ),
    VendorSystem(key="labs", name="仪器共享平台", way="http", rows=sessions, moves=("minutes", 15), key_in="query"),
    VendorSystem(key="mail", name="邮件系统", way="stream", rows=mailboxes, moves=("zt", 0)),
)
