"""Snapshots of large tables for the benches: rows as dirty as vendors export them, written by DuckDB, the same for the same numbers."""

from pathlib import Path
from typing import Any, Final

KEY: Final = "card.flow"
DECLARATION: Final = """
name = "刷卡流水"
keys = ["serial"]
[fields.serial]
heading = "流水号"
kind = "number"
pattern = "[0-9]{12}"
width = 12
required = true
[fields.campus_no]
heading = "学工号"
kind = "number"
pattern = "[0-9]{11}"
required = true
[fields.name]
heading = "姓名"
kind = "name"
[fields.sex]
heading = "性别"
kind = "word"
values = { "男" = "1", "女" = "2" }
[fields.document]
heading = "身份证件号"
kind = "document"
[fields.phone]
heading = "手机号码"
kind = "phone"
[fields.paid_on]
heading = "交易日期"
kind = "day"
required = true
[fields.amount_fen]
heading = "金额"
kind = "yuan"
required = true
[fields.place]
heading = "商户"
"""
"""What a line holds is some 100 bytes: 3 million are a file of 300 MB."""
FOLDS: Final = "'0123456789', '０１２３４５６７８９'"
ROWS: Final = """
    SELECT lpad(CAST(n AS VARCHAR), 12, '0') AS "流水号",
        CASE n % 50 WHEN 0 THEN translate(concat('142311', lpad(CAST(n % 31000 AS VARCHAR), 5, '0')), {folds})
            WHEN 1 THEN concat('142311', lpad(CAST(n % 31000 AS VARCHAR), 5, '0'), '.0')
            ELSE concat('142311', lpad(CAST(n % 31000 AS VARCHAR), 5, '0')) END AS "学工号",
        concat(list_extract(['张','王','李','刘','陈','欧阳','阿迪力·'], CAST(hash(n % 31000) % 7 AS INTEGER) + 1),
            CASE WHEN n % 40 = 0 THEN '　' ELSE '' END,
            list_extract(['伟','芳','娜','敏','静','秀英','买买提','建国'], CAST(hash(n % 31000 + 7) % 8 AS INTEGER) + 1),
            CASE WHEN n % 60 = 0 THEN '（大）' ELSE '' END) AS "姓名",
        CASE WHEN n % 2 = 0 THEN '男' ELSE '女' END AS "性别",
        concat('430602', CAST(CAST('1998-01-01' AS DATE) + CAST(n % 2500 AS INTEGER) AS VARCHAR)[1:4],
            replace(CAST(CAST('1998-01-01' AS DATE) + CAST(n % 2500 AS INTEGER) AS VARCHAR)[6:10], '-', ''),
            lpad(CAST(n % 1000 AS VARCHAR), 3, '0')) AS first_seventeen,
        CASE n % 30 WHEN 0 THEN concat('+86 ', CAST(13800000000 + n % 31000 AS VARCHAR))
            WHEN 1 THEN concat('0730-8640000/', CAST(13800000000 + n % 31000 AS VARCHAR)) WHEN 2 THEN '无'
            ELSE CAST(13800000000 + n % 31000 AS VARCHAR) END AS "手机号码",
        CASE n % 5 WHEN 0 THEN strftime(paid, '%Y/%-m/%-d') WHEN 1 THEN strftime(paid, '%Y年%-m月%-d日')
            WHEN 2 THEN strftime(paid, '%Y%m%d') ELSE strftime(paid, '%Y-%m-%d 00:00:00') END AS "交易日期",
        printf('%d.%02d', CAST(n % 60 AS BIGINT), CAST((n * {factor}) % 100 AS BIGINT)) AS "金额",
        concat('第', CAST(n % 12 AS VARCHAR), '食堂', CAST(n % 30 AS VARCHAR), '号窗口') AS "商户"
    FROM (SELECT n, CAST('2026-09-01' AS DATE) + CAST(n % 90 AS INTEGER) AS paid FROM ({numbers}) AS all_of_them) AS numbered
"""


def write_snapshot(path: Path, rows: int, *, is_later: bool = False) -> None:
    """The later one lacks a row of a thousand, has five of a thousand more, and says something else in one of a hundred."""
    import duckdb

    from nanhu.platforms.datahub.warehouse.expressions import check_sign, digit, within

    first = f"SELECT range AS n, 7 AS factor FROM range({rows})"
    later = (
        f"SELECT range AS n, CASE WHEN range % 100 = 3 THEN 11 ELSE 7 END AS factor FROM range({rows + rows // 200})"
        " WHERE range % 1000 <> 5"
    )
    made = (
        ROWS.replace("{folds}", FOLDS).replace("{factor}", "factor").replace("{numbers}", later if is_later else first)
    )
    made = made.replace("SELECT n, CAST('2026-09-01'", "SELECT n, factor, CAST('2026-09-01'")
    sign = within(check_sign([digit(place) for place in range(1, 18)]), "first_seventeen")
    whole = (
        f'SELECT * EXCLUDE first_seventeen, concat(first_seventeen, {sign}) AS "身份证件号" FROM ({made}) AS rows_of_it'
    )
    line = duckdb.connect(config={"threads": 2})
    line.execute(f"COPY ({whole}) TO '{path}' (HEADER, DELIMITER ',')")
    line.close()


def declare(folder: Path, key: str = KEY, text: str = DECLARATION) -> None:
    (folder / "warehouse" / key).mkdir(parents=True, exist_ok=True)
    (folder / "warehouse" / key / "table.toml").write_text(text, encoding="utf-8")


def different_cells(left: Path, right: Path, fields: list[str], key: str) -> dict[str, Any]:
    """Two folders of Parquet, cell by cell: how many were compared, how many are not the same, and rows of one alone."""
    import duckdb

    line = duckdb.connect(config={"threads": 2})
    differ = ", ".join(f"count_if(l.{one} IS DISTINCT FROM r.{one})" for one in fields)
    (alone, rows, *different) = (
        line.execute(
            f"SELECT count_if(l.{key} IS NULL OR r.{key} IS NULL), count(*), {differ}"
            f" FROM read_parquet('{left}/*.parquet') AS l FULL JOIN read_parquet('{right}/*.parquet') AS r ON l.{key} = r.{key}"
        ).fetchone()
        or ()
    )
    found = dict(zip(fields, different, strict=True))
    return {"alone": alone, "cells": rows * len(fields), "different": sum(different), "by_field": found}
