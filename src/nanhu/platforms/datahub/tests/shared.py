"""A shared table that only tests have, and rows for it."""

from datetime import UTC, date, datetime

import msgspec

from nanhu.platforms.datahub.shared.declarations import SharedTable, shared_tables
from nanhu.platforms.datahub.shared_rows.agreeing import agree_tables

LENT = {
    "key": "library.loan",
    "name": "借阅",
    "owner": "图书馆",
    "system": "library",
    "person": "campus_no",
    "keys": ["book", "campus_no"],
    "purposes": ["催还"],
    "fields": [
        {"name": "book", "label": "条码", "type": "text", "longest": 12, "required": True},
        {"name": "campus_no", "label": "学号", "type": "text", "longest": 12, "required": True},
        {"name": "copies", "label": "册数", "type": "integer"},
        {"name": "due_on", "label": "应还日期", "type": "date", "required": True},
        {"name": "lent_at", "label": "借出时间", "type": "moment"},
        {"name": "is_renewed", "label": "是否续借", "type": "boolean"},
        {"name": "state", "label": "状态", "type": "code", "codes": {"out": "在借", "back": "已还"}},
        {"name": "phone", "label": "手机号码", "type": "text", "longest": 11, "sensitive": True},
    ],
}
DUE, LENT_AT = date(2026, 12, 1), datetime(2026, 11, 1, 2, 30, tzinfo=UTC)


def loan(book="B1", campus_no="14231100001", **other):
    return {"book": book, "campus_no": campus_no, "due_on": DUE} | other


def declared(**changes):
    return msgspec.convert(LENT | changes, SharedTable)


def declare(monkeypatch, **changes):
    """As if the file stood beside the others, and a migration had run."""
    monkeypatch.setitem(shared_tables(), LENT["key"], declared(**changes))
    agree_tables()


def fields(**by_name):
    """The fields of the table, some of them declared otherwise; None takes one away."""
    kept = [
        one | (by_name.pop(one["name"], {}) or {}) for one in LENT["fields"] if by_name.get(one["name"], {}) is not None
    ]
    added = [{"name": name, "label": name, **said} for name, said in by_name.items() if said]
    return kept + added
