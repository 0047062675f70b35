"""Old systems that stay in place (旧认证系统): their sessions are read, from the accounting table of a FreeRADIUS (radacct) or from a list that 深澜
srun or 锐捷 SAM exports, and written as any other accounting. Reading a row again changes nothing, so that no place in it is kept.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import batched
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import psycopg
import pymysql
from django.db import transaction
from psycopg.rows import dict_row
from pymysql.cursors import SSDictCursor

from nanhu.kernel.clock import CAMPUS_ZONE, now, on_campus
from nanhu.kernel.sheets import Column, FaultyRowsError, Line, Sheet, moment
from nanhu.services.network.models import Nas
from nanhu.services.network.services import accounting
from nanhu.services.network.services.accounting import Record
from nanhu.services.network.services.disconnecting import ROW_MARK

AT_ONCE: Final = 500
SECONDS: Final = 30
RADACCT: Final = """
SELECT acctsessionid, acctuniqueid, username, nasporttype, acctstarttime, acctupdatetime, acctstoptime, acctinputoctets, acctoutputoctets,
       calledstationid, callingstationid, acctterminatecause, framedipaddress, framedipv6address, framedipv6prefix, delegatedipv6prefix
  FROM radacct
 WHERE acctstoptime >= %(since)s OR (acctstoptime IS NULL AND coalesce(acctupdatetime, acctstarttime) >= %(since)s)
 ORDER BY coalesce(acctstoptime, acctupdatetime, acctstarttime)
"""
"""As FreeRADIUS 3 has it for PostgreSQL and for MySQL."""
SAID: Final = {
    "User-Name": "username",
    "NAS-Port-Type": "nasporttype",
    "Called-Station-Id": "calledstationid",
    "Calling-Station-Id": "callingstationid",
    "Acct-Terminate-Cause": "acctterminatecause",
    "Acct-Input-Octets": "acctinputoctets",
    "Acct-Output-Octets": "acctoutputoctets",
    "Framed-IP-Address": "framedipaddress",
    "Framed-IPv6-Address": "framedipv6address",
    "Framed-IPv6-Prefix": "framedipv6prefix",
    "Delegated-IPv6-Prefix": "delegatedipv6prefix",
}
type Row = Mapping[str, Any]


LISTED: Final = Sheet(
    Column("username", "账号", also=("用户名", "登录名", "学工号", "上网账号", "user_name"), needed=True),
    Column("framedipaddress", "IP 地址", also=("IP地址", "登录IP", "用户IP", "用户IPV4地址", "IPv4地址", "ip")),
    Column("framedipv6address", "IPv6 地址", also=("IPv6地址", "用户IPV6地址", "ip6")),
    Column("callingstationid", "MAC 地址", also=("MAC地址", "用户MAC", "用户MAC地址", "登录MAC", "mac")),
    Column("acctstarttime", "上线时间", also=("登录时间", "认证时间", "add_time"), kind=moment, needed=True),
    Column("acctstoptime", "下线时间", also=("注销时间", "drop_time"), kind=moment),
    Column("acctterminatecause", "下线原因", also=("下线类型", "注销原因", "drop_reason")),
    Column("acctsessionid", "会话号", also=("会话ID", "session_id", "Acct-Session-Id")),
    most=200_000,
    named_by=("username",),
)
"""Heads of exports of srun and SAM, as public manuals and pages show them; another's are renamed in the file."""


def rows_in_database(address: str, since: datetime) -> Iterator[Row]:
    """`address`: postgresql://user:password@host/database, or mysql://…"""
    parts = urlsplit(address)
    if parts.scheme in {"postgresql", "postgres"}:
        with psycopg.connect(address, connect_timeout=SECONDS, row_factory=dict_row) as line, line.cursor() as cursor:
            yield from cursor.execute(RADACCT, {"since": since})
        return
    with (
        pymysql.connect(
            host=parts.hostname,
            port=parts.port or 3306,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=parts.path.lstrip("/"),
            charset="utf8mb4",
            connect_timeout=SECONDS,
            read_timeout=SECONDS,
            cursorclass=SSDictCursor,
        ) as line,
        line.cursor() as cursor,
    ):
        cursor.execute(RADACCT, {"since": since.astimezone(CAMPUS_ZONE).replace(tzinfo=None)})
        yield from cursor


def rows_in_list(content: bytes) -> list[Row]:
    """Of an export, all of it or nothing."""
    lines = list(LISTED.read(content))
    faults = [fault for line in lines for fault in line.faults()]
    if faults:
        raise FaultyRowsError(count=len(faults), faults=faults)
    return [row_of(line) for line in lines]


def row_of(line: Line) -> Row:
    """Who has no number of a session gets one of who, where and when it began."""
    times = {key: line.meant(key) if line[key] else None for key in ("acctstarttime", "acctstoptime")}
    texts = {one.key: line[one.key].strip() for one in LISTED.columns if one.key not in times}
    named = "|".join((texts["username"], texts["framedipaddress"], texts["callingstationid"], line["acctstarttime"]))
    return {**texts, **times, "acctsessionid": texts["acctsessionid"] or sha256(named.encode()).hexdigest()[:32]}


def record_of(nas: Nas, row: Row) -> Record | None:
    """One row as the report that it is: over, or on line at its last update."""
    times = {
        key: on_campus(row[key]) if row.get(key) else None
        for key in ("acctstarttime", "acctupdatetime", "acctstoptime")
    }
    began, over = times["acctstarttime"], times["acctstoptime"]
    happened = over or times["acctupdatetime"] or began
    if happened is None or not row["acctsessionid"]:
        return None
    happened = min(happened, now())
    lasted = max(0, round((happened - began).total_seconds())) if began else 0
    facts = {name: [str(row[key]).removesuffix("/32")] for name, key in SAID.items() if row.get(key)}
    facts |= {
        "NAS-IP-Address": [nas.address],
        "NAS-Identifier": [nas.identifier],
        "Acct-Status-Type": ["stop" if over else "interim-update"],
        "Acct-Session-Id": [
            row["acctsessionid"] + (ROW_MARK + row["acctuniqueid"][:8] if row.get("acctuniqueid") else "")
        ],
        "Acct-Session-Time": [str(lasted)],
    }
    return replace(accounting.record_of(nas.applications[0], facts), happened=happened)


def take(nas: Nas, rows: Iterable[Row]) -> int:
    """How many were written. Cut off in the middle, what was written stays, and the next reading goes on."""
    count = 0
    records = (record for row in rows if (record := record_of(nas, row)) is not None)
    for some in batched(records, AT_ONCE):
        with transaction.atomic():
            count += sum(accounting.write(one) is not None for one in some)
    return count
