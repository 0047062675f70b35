"""Large tables: the same cleaning as row by row, the same SQL for both engines, and no snapshot that nobody would want."""

import json
import os
import shutil
import signal
import subprocess
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
import sqlglot
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from sqlglot import exp

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.datahub.batches import rollback
from nanhu.platforms.datahub.cleaning.contacts import clean_phone
from nanhu.platforms.datahub.cleaning.dates import clean_date
from nanhu.platforms.datahub.cleaning.documents import clean_document
from nanhu.platforms.datahub.cleaning.names import clean_name, is_name
from nanhu.platforms.datahub.cleaning.numbers import NumberShape
from nanhu.platforms.datahub.cleaning.text import is_empty, squeezed, text_of
from nanhu.platforms.datahub.errors import LargeTablesBusyError
from nanhu.platforms.datahub.feeding import large as feeding
from nanhu.platforms.datahub.feeding import reading
from nanhu.platforms.datahub.lineage.openlineage import events_of
from nanhu.platforms.datahub.matching.model import HERE, PATTERN
from nanhu.platforms.datahub.models import Batch, DataSource, LandingRow
from nanhu.platforms.datahub.reading.spool import SUFFIX
from nanhu.platforms.datahub.snapshots import taking
from nanhu.platforms.datahub.tests import at_red
from nanhu.platforms.datahub.tests.conftest import BY, id_number, signed_in
from nanhu.platforms.datahub.tests.reading import HTTP, at, made_by, read_again, started
from nanhu.platforms.datahub.tests.test_data_sources import listed, outside  # noqa: F401  (fixtures)
from nanhu.platforms.datahub.views.lineage import HIDDEN
from nanhu.platforms.datahub.warehouse import declared as declarations
from nanhu.platforms.datahub.warehouse import duckdb_engine, engines, expressions, places, plan
from nanhu.platforms.datahub.warehouse.declared import declared
from nanhu.platforms.datahub.warehouse.dialects import for_spark
from nanhu.platforms.datahub.warehouse.engines import spoken_by_spark
from nanhu.platforms.datahub.warehouse.places import place
from nanhu.testing.killing import kill
from nanhu.testing.killing import started as started_child

TODAY = date(2026, 11, 30)
SPACES = ["", " ", "　", "\t", "\xa0 x", " 张  伟 ", "a\u200bb", "'5", '="00123"', '= " 7 "', "="]
WIDE = ["ＡＢＣ１２３", "（大）", "Ⅱ级", "③", "㎡", "…", "ﾊﾝ", "豈", "a\\b", "it's", "''", "“引”"]
EMPTY = ["-", "无", "NULL", "n/a", "／", "空"]
NUMBERS = [
    "14231100001",
    "14231100001.0",
    "142311.00",
    " 1423 1100001",
    "１４２３１１０００１１",
    "1423110000",
    "0.5",
    "231100001",
    "x1",
]
PHONES = [
    "13912345678",
    "+86 139-1234-5678",
    "008613912345678",
    "8613912345678",
    "0730-8640000/13912345678",
    "1391234567813912345678",
]
PHONES += ["139 1234 5678或13800000000", "23912345678", "13912345678.0", "021-5555;138x00000001", "电话13912345678"]
DAYS = [
    "2003-9-1",
    "2003/09/01",
    "2003.9.1",
    "2003年9月1日",
    "2003年9月1号",
    "20030901",
    "20030901.0",
    "200309",
    "2003-09",
    "2003.9",
]
DAYS += [
    "2003-09-01 00:00:00",
    "2003-09-01T08:30:00",
    "2003-9-1 8:30",
    "03.9.1",
    "03年9月1日",
    "45.10.2",
    "二〇〇三年九月十一日",
]
DAYS += [
    "二零零三年十二月三十一日",
    "二〇〇三年十月",
    "03年9月",
    "37865",
    "37865.0",
    "37865.5",
    "3500",
    "2019",
    "80000",
    "2003-02-30",
]
DAYS += [
    "1899-12-31",
    "2100-01-02",
    "2003-13-01",
    "9/1/2003",
    "2003 - 9 - 1",
    "2003年9",
    "200300",
    "二十三年",
    "123456789",
]
NAMES = [
    "张伟",
    "张 伟（大）",
    "阿迪力．买买提",
    "阿迪力 · 买买提",
    "张伟12",
    "张伟123",
    "张伟(2)(大)",
    "孟(女洁)",
    "John  Smith",
    "O'Neil",
]
NAMES += [
    "李(曾用名：李四)",
    "测试员",
    "张?",
    "张□",
    "王A",
    "Müller-Ruiz, J.",
    "镕喆",
    "𠮷田",
    "x" * 61,
    "张伟·",
    "〇",
    "张·伟a",
    "(大)",
]
SOUND = id_number()
DOCUMENTS = [
    SOUND,
    SOUND.lower(),
    f"{SOUND[:6]} {SOUND[6:]}",
    SOUND[:17] + "0",
    SOUND[:6] + SOUND[8:17],
    "430602199902301234",
    "E12345678",
]
DOCUMENTS += [
    "4.30602E+17",
    "G1234567",
    "430602-19990101-123×",
    "abc",
    "护照E12345678",
    "HKG123456789012",
    "12345678",
    "43060219990101",
]
CELLS = [*SPACES, *WIDE, *EMPTY, *NUMBERS, *PHONES, *DAYS, *NAMES, *DOCUMENTS]
SHAPE = ("[0-9]{10,11}|[0-9]{4}", 11)
KNOWN_TO_SPARK = {
    "array",
    "cast",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "filter",
    "if",
    "length",
    "lower",
    "lpad",
    "md5",
    "nullif",
    "pad",
    "regexp_extract",
    "regexp_replace",
    "regexp_split",
    "replace",
    "rpad",
    "sha2",
    "split",
    "substring",
    "transform",
    "translate",
    "trim",
    "try_cast",
    "upper",
    "arrays_overlap",
    "damerau_levenshtein",
    "case",
}
TOML = """
name = "刷卡流水"
keys = ["serial"]
keep = 2
[fields.serial]
heading = "流水号"
kind = "number"
pattern = "[0-9]{6}"
width = 6
required = true
[fields.campus_no]
heading = "学工号"
kind = "code"
[fields.name]
heading = "姓名"
kind = "name"
[fields.phone]
heading = "手机"
kind = "phone"
[fields.document]
heading = "证件号"
kind = "document"
[fields.sex]
heading = "性别"
kind = "word"
values = { "男" = "1", "女" = "2" }
[fields.paid_on]
heading = "日期"
kind = "day"
required = true
[fields.amount_fen]
heading = "金额"
kind = "yuan"
[fields.times]
heading = "次数"
kind = "count"
[fields.place]
heading = "商户"
"""
DEAR = ("name]", "document]", "sex]", "times]")
FEW = "[fields.".join(one for one in TOML.split("[fields.") if not one.startswith(DEAR))
"""Of the kinds that are long in SQL one alone: planning them is what a snapshot of few rows costs."""
HEADINGS = "流水号,学工号,姓名,手机,证件号,性别,日期,金额,次数,商户"
KEY = "card.flow"


def by_function(kind, cell):
    text = text_of(cell)
    if not text or is_empty(text):
        return None
    found = {
        "text": lambda: text,
        "code": lambda: squeezed(cell),
        "number": lambda: NumberShape(*SHAPE).clean(cell),
        "phone": lambda: clean_phone(cell),
        "day": lambda: (day := clean_date(cell)) and day.isoformat(),
        "name": lambda: name if is_name(name := clean_name(cell)) else None,
        "document": lambda: clean_document(cell, today=TODAY).number,
    }
    return found[kind]() or None


def steps_of(kind):
    return {
        "number": lambda: expressions.number(*SHAPE),
        "document": lambda: expressions.document(TODAY.isoformat()),
        "word": lambda: expressions.word({"男": "1"}),
    }.get(kind, declarations.FIXED.get(kind))()


def in_steps(kind, source):
    found = f"(SELECT cell AS x FROM {source})"  # noqa: S608  (our own)
    for step in [*expressions.text(), *([] if kind == "text" else steps_of(kind))]:
        found = f"(SELECT {expressions.within(step, 'x')} AS x FROM {found} AS inner_one)"  # noqa: S608  (our own)
    return f"SELECT x FROM {found} AS outer_one"  # noqa: S608  (our own)


@pytest.fixture(scope="module")
def duckdb():
    import duckdb

    line = duckdb.connect(config={"threads": 1})
    line.execute("CREATE TABLE cells AS SELECT unnest(?::VARCHAR[]) AS cell", [CELLS])
    yield line
    line.close()


@pytest.mark.parametrize("kind", ["text", "code", "number", "phone", "day", "name", "document"])
def test_an_expression_says_of_each_cell_what_its_function_says(duckdb, kind):
    found = [one for (one,) in duckdb.execute(in_steps(kind, "cells")).fetchall()]
    wanted = [by_function(kind, cell) for cell in CELLS]
    assert {c: (f, w) for c, f, w in zip(CELLS, found, wanted, strict=True) if f != w} == {}


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("yuan", {"¥1,203.5": "120350", "12": "1200", "-0.50": "-50", "12.345": None, "十元": None, "0.05元": "5"}),
        ("count", {"007": "7", "1,000": "1000", "12.0": "12", "-3": "-3", "1.5": None}),
        ("word", {"男": "1", "1": "1", " 男 ": "1", "女": None}),
    ],
)
def test_money_counts_and_words(duckdb, kind, cells):
    duckdb.execute("CREATE OR REPLACE TABLE few AS SELECT unnest(?::VARCHAR[]) AS cell", [list(cells)])
    assert [one for (one,) in duckdb.execute(in_steps(kind, "few")).fetchall()] == list(cells.values())


@pytest.fixture
def large(tmp_path, monkeypatch):
    monkeypatch.setattr(declarations, "warehouse", lambda: tmp_path)
    (tmp_path / KEY).mkdir()
    (tmp_path / KEY / "table.toml").write_text(TOML, encoding="utf-8")
    return tmp_path / KEY


def test_all_that_duckdb_is_asked_spark_is_asked_in_its_own_words(large):
    table = declared(KEY)
    assert {one.kind for one in table.table.fields.values()} == set(declarations.KINDS), "each kind stands in it"
    stages = plan.cleaned(table, b"seal")
    asked = [*stages, plan.figures(table), plan.difference(), plan.counts()]
    said_of_all = "".join(words := [for_spark(one) for one in asked])
    for one, its_words in zip(asked, words, strict=True):
        said = sqlglot.parse_one(its_words, read="spark")
        ours = sqlglot.parse_one(one, read="duckdb")
        assert len(list(said.find_all(exp.Select))) == len(list(ours.find_all(exp.Select)))
        assert [c.alias for c in said.selects] == [c.alias for c in ours.selects]
        assert {name for f in said.find_all(exp.Func) if (name := called(f)) not in KNOWN_TO_SPARK} == set()
    assert {name for name in table.table.fields if f" AS {name}" not in said_of_all} == set()


def called(function):
    return (
        (function.name if isinstance(function, exp.Anonymous) else function.sql_name()).casefold()
        if not isinstance(
            function, exp.And | exp.Or | exp.Case | exp.Cast | exp.TryCast | exp.RegexpLike | exp.Connector
        )
        else "case"
    )


def test_the_frozen_model_is_told_to_spark_level_by_level():
    model = json.loads(max(HERE.glob(PATTERN)).read_text(encoding="utf-8"))["splink"]
    said = spoken_by_spark(model)
    assert "ARRAYS_OVERLAP(gaps_l, gaps_r)" in json.dumps(said)
    assert "list_has_any" not in json.dumps(said)
    for ours, theirs in zip(model["comparisons"], said["comparisons"], strict=True):
        for one, other in zip(ours["comparison_levels"], theirs["comparison_levels"], strict=True):
            assert {**one, "sql_condition": ""} == {**other, "sql_condition": ""}, "what was learnt is the same"
            if other["sql_condition"] != "ELSE":
                sqlglot.parse_one(other["sql_condition"], read="spark")
    assert len(said["blocking_rules_to_generate_predictions"]) == len(model["blocking_rules_to_generate_predictions"])


@pytest.fixture
def here(large, monkeypatch):
    """The engine in this process, and few columns: half a second less of a processor a snapshot."""
    (large / "table.toml").write_text(FEW, encoding="utf-8")
    monkeypatch.setattr(
        engines, "answered", lambda _command, work, **_refused: duckdb_engine.done(work) | duckdb_engine.cost()
    )


def line(n, **other):
    cells = {
        "流水号": f"{n}",
        "学工号": f"142311{n:05d}",
        "姓名": "张 伟",
        "手机": "139-1234-5678",
        "证件号": SOUND,
        "性别": "男",
    }
    cells |= {"日期": "2026年9月1日", "金额": "1.50", "次数": "1", "商户": "一食堂"} | other
    return ",".join(cells[one] for one in HEADINGS.split(","))


def take(folder, lines, *more, name="流水.csv"):
    path = folder.parent / name
    path.write_text("\n".join([HEADINGS, *lines]) + "\n", encoding="utf-8")
    out = StringIO()
    call_command("datahub", "large_table", KEY, str(path), *more, stdout=out)
    return out.getvalue()


def standing(_folder):
    names = ("rows", "created", "changed", "removed", "rejected")
    return [tuple(one.counts[name] for name in names) for one in taking.snapshots(declared(KEY))]


@pytest.mark.django_db
def test_a_snapshot_is_cleaned_compared_and_kept_and_no_number_lies_in_it(large):
    hundred = [line(n) for n in range(100)]
    assert "100" in take(large, hundred)
    after = [line(n, 金额="2.00" if n < 5 else "1.50") for n in range(1, 100)] + [line(101, 手机="不详")]
    take(large, after)
    assert standing(large) == [(100, 100, 0, 0, 0), (100, 1, 4, 1, 1)]
    files = [one for one in large.rglob("*") if one.is_file()]
    assert not any(SOUND.encode() in one.read_bytes() or b"13912345678" in one.read_bytes() for one in files)
    assert AuditEntry.objects.filter(action="datahub.take_large_table").count() == 2


@pytest.mark.django_db
def test_a_value_leads_back_to_the_snapshot_the_file_and_the_line_that_brought_it(large, here, steward):
    take(large, [line(n) for n in range(50)], name="一.csv")
    take(large, [line(n, 金额="2.00" if n == 3 else "1.50") for n in (60, *range(50))], name="二.csv")
    first, second = taking.snapshots(declared(KEY))
    answer = steward.post(f"/datahub/large/{KEY}/row/", {"key": "3"})
    values, said = (one.page.object_list for one in answer.context["found"]["lists"])
    assert {(one.said.batch, one.said.line) for one in values if one.field.heading != "金额"} == {(first, "5")}
    assert [(one.value, one.said.batch, one.said.line) for one in values if one.field.heading == "金额"] == [
        ("200", second, "6")
    ]
    assert [(one.batch.file_name, one.line) for one in said] == [("二.csv", "6"), ("一.csv", "5")]
    page = answer.content.decode()
    assert (f'href="/datahub/batches/{first.pk}/"' in page, "一食堂" in page) == (True, True)
    assert {one.shown for one in values if one.field.is_sealed} == {HIDDEN}
    assert AuditEntry.objects.filter(action="datahub.look_lineage", target=f"large_table:{KEY}").count() == 1
    for unknown in ("77", "3\n3"):
        assert "没有" in steward.post(f"/datahub/large/{KEY}/row/", {"key": unknown}).content.decode()
    (large / "table.toml").write_text(f'{FEW}[fields.till]\nheading = "终端"\n', encoding="utf-8")
    answer = steward.post(f"/datahub/large/{KEY}/row/", {"key": "3"})
    (till,) = (one for one in answer.context["found"]["lists"][0].page.object_list if one.field.heading == "终端")
    assert (answer.status_code, till.shown) == (200, "—"), "declared since the last snapshot"


@pytest.mark.django_db
def test_a_look_that_takes_too_long_is_ended_while_a_snapshot_may_take_hours(large, steward, monkeypatch):
    """A page holds a connection of the database as long as it waits."""
    waited = []

    def hangs(command, **options):
        waited.append(options["timeout"])
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(engines.subprocess, "run", hangs)
    answer = steward.post(f"/datahub/large/{KEY}/row/", {"key": "3"})
    assert (answer.status_code, "没有看成，什么也没有变：60 秒没有读完" in answer.content.decode()) == (409, True)
    with pytest.raises(CommandError, match="这份快照没有收"):
        take(large, [line(1)])
    assert waited == [engines.LOOKING["seconds"], engines.MOST_SECONDS]
    assert engines.LOOKING["seconds"] <= 60


@pytest.fixture
def engine(monkeypatch):
    """What one would tell, where it is not the point."""

    def says(rows, *, refused=0, **changes):
        figures = {"nanhu_rows": rows, "nanhu_refused": refused, "nanhu_twice": 0, "paid_on": refused}
        counts = [{plan.CHANGE: name, "rows_of_it": count} for name, count in changes.items()]
        told = {"figures": figures, "counts": counts, "seconds": {}, "made_with": "duckdb 1", "cpu": 1.5, "peak_mb": 60}

        def answered(_command, work):
            for name in ("fresh", "changes"):
                Path(work[name]).mkdir()
            return told

        monkeypatch.setattr(engines, "answered", answered)

    return says


def held(folder, lines, words="先不生效"):
    with pytest.raises(CommandError, match=words):
        take(folder, lines)
    return Batch.objects.get(state="waiting")


@pytest.mark.django_db
def test_an_emptied_table_stands_until_its_office_and_a_steward_say_so(large, engine, steward):
    at_red.unit("学校", "1000")
    head = at_red.head_of(at_red.unit("财务处", "0006", "1000"), "赵处长", "0020209010")
    other = signed_in("管二号", "0020209003", "datahub.steward")
    owner = {"token": str(uuid4()), "source": f"large:{KEY}", "unit": "0006 财务处", "reason": "钱归财务处"}
    assert other.post("/datahub/gate/owners/set/", owner).status_code == 302
    engine(20, new=20)
    take(large, [])
    engine(0, gone=20)
    batch = held(large, [], "少了 20 行")
    with pytest.raises(CommandError, match="少了 20 行"):
        take(large, [])
    assert standing(large) == [(20, 20, 0, 0, 0)], "and nothing is compared with what waits"
    page = steward.get(f"/datahub/batches/{batch.pk}/").content.decode()
    assert "要负责部门和数据管理员看过" in page
    assert "少了 20 行（100.0%）" in page
    assert steward.post(f"/datahub/batches/{batch.pk}/release/", {"reason": "系统停用"}).status_code == 409
    assert at_red.stood_in(steward, batch.pk).status_code == 409
    assert at_red.found_right(head, batch.pk).status_code == 302
    assert standing(large) == [(20, 20, 0, 0, 0)]
    assert at_red.agreed(steward, batch.pk).status_code == 302
    assert standing(large)[-1] == (0, 0, 0, 20, 0)


@pytest.mark.django_db
def test_what_is_a_little_too_much_one_steward_lets_pass_or_discards(large, engine, steward):
    engine(100, new=100)
    take(large, [])
    engine(95, gone=5)
    batch = held(large, [], "少了 5 行")
    answer = steward.post(f"/datahub/batches/{batch.pk}/release/", {"reason": "商户退场"})
    assert "已生效" in steward.get(answer["Location"]).content.decode()
    assert standing(large)[-1] == (95, 0, 0, 5, 0)
    wrong = held(large, [])
    folder = large / wrong.counts["stamp"]
    assert folder.is_dir()
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert steward.post(f"/datahub/batches/{wrong.pk}/discard/", {"reason": "导错了"}).status_code == 302
    assert not folder.exists()
    assert not folder.with_name(folder.name + taking.CHANGES).exists()
    assert len(standing(large)) == 2


@pytest.mark.django_db
def test_who_rolls_a_snapshot_back_has_the_one_before(large, here, steward):
    take(large, [line(n) for n in range(100)])
    take(large, [line(n, 金额="2.00" if n < 9 else "1.50") for n in range(100)])
    last = taking.snapshots(declared(KEY))[-1]
    said = {"reason": "导错了", "confirm": "on"}
    assert "前一份" in steward.get(f"/datahub/batches/{last.pk}/rollback/").content.decode()
    assert steward.post(f"/datahub/batches/{last.pk}/rollback/", said).status_code == 302
    assert standing(large) == [(100, 100, 0, 0, 0)]
    take(large, [line(n) for n in range(100)])
    assert standing(large)[-1] == (100, 0, 0, 0, 0)


@pytest.mark.django_db
def test_what_another_was_compared_with_is_not_rolled_back_under_it(large, engine, steward):
    engine(100, new=100)
    take(large, [])
    engine(100)
    take(large, [])
    engine(95, gone=5)
    waits = held(large, [])
    first, second = taking.snapshots(declared(KEY))
    said = {"reason": "导错了", "confirm": "on"}

    def asked(batch):
        with TestCase.captureOnCommitCallbacks(execute=True):
            return steward.post(f"/datahub/batches/{batch.pk}/rollback/", said).status_code

    assert f"#{waits.pk} 流水.csv" in steward.get(f"/datahub/batches/{second.pk}/rollback/").content.decode()
    assert [asked(one) for one in (first, second)] == [409, 409], "what waits was measured against the second"
    steward.post(f"/datahub/batches/{waits.pk}/discard/", {"reason": "导错了"})
    assert [asked(one) for one in (first, second, first)] == [409, 302, 302]
    assert standing(large) == []
    assert not [one for one in large.iterdir() if one.name.startswith(second.counts["stamp"])]


@pytest.mark.django_db
def test_the_flow_of_tables_and_of_columns_shows_large_tables(large, engine, steward):
    engine(100, new=100)
    take(large, [])
    (made,) = taking.snapshots(declared(KEY))
    page = steward.get("/datahub/flow/").content.decode()
    assert ("刷卡流水" in page, f'href="/datahub/large/{KEY}/flow/"' in page) == (True, True)
    page = steward.get(f"/datahub/large/{KEY}/flow/").content.decode()
    assert ("流水号" in page, "serial" in page) == (True, True)
    (output,) = events_of(made)[-1]["outputs"]
    carried = output["facets"]["columnLineage"]["fields"]["serial"]["inputFields"]
    assert (output["name"], [one["field"] for one in carried]) == (f"large:{KEY}", ["流水号"])


@pytest.mark.django_db
def test_what_was_compared_with_one_that_is_taken_back_meanwhile_is_not_taken(large, engine, monkeypatch):
    engine(100, new=100)
    take(large, [])
    (first,) = taking.snapshots(declared(KEY))
    engine(50)
    answered = engines.answered

    def meanwhile(command, work):
        rollback.roll_back(by=BY, batch_id=first.pk, reason="导错了")
        return answered(command, work)

    with monkeypatch.context() as patch, pytest.raises(CommandError, match=f"#{first.pk} 现在是"):
        patch.setattr(engines, "answered", meanwhile)
        take(large, [])
    assert Batch.objects.count() == 1
    engine(50, new=50)
    take(large, [])
    assert standing(large) == [(50, 50, 0, 0, 0)]


@pytest.mark.django_db
def test_what_waits_and_lies_nowhere_any_more_is_not_let_pass(large, engine, steward):
    """A database restored to before it was discarded."""
    engine(100, new=100)
    take(large, [])
    engine(95, gone=5)
    batch = held(large, [])
    taking.remove_folders(taking.place_of(batch))
    assert steward.post(f"/datahub/batches/{batch.pk}/release/", {"reason": "商户退场"}).status_code == 409
    assert len(standing(large)) == 1
    assert steward.post(f"/datahub/batches/{batch.pk}/discard/", {"reason": "没有了"}).status_code == 302


@pytest.mark.django_db
def test_a_draft_beside_the_source_that_reads_a_table_hides_nothing(large, steward):
    facts = {"name": "刷卡", "office": "财务处", "kind": "sftp", "address": "10.1.1.1:22/out", "query": "*.csv"}
    facts |= {"host_key": "SHA256:x", "made_by_name": "管数据", "fills": f"large:{KEY}"}
    for key, state in (("card.flow", "live"), ("card.other", "draft")):
        DataSource.objects.create(key=key, state=state, **facts)
    assert "还没有读过" in steward.get("/datahub/large/").content.decode()


@pytest.mark.django_db
def test_the_page_tells_of_each_table_how_it_is_and_what_its_last_snapshot_cost(large, engine, steward):
    other = large.parent / "gate.log"
    other.mkdir()
    (other / "table.toml").write_text("name = 1", encoding="utf-8")
    engine(100, new=100)
    take(large, [])
    page = steward.get("/datahub/large/").content.decode()
    counts = taking.snapshots(declared(KEY))[-1].counts
    assert "读到 100 行" in page
    assert counts["engine"] in page
    assert f"{counts['peak_mb']:,}" in page
    assert "table.toml" in page, "what cannot be used says why"
    engine(100, refused=100)
    batch = held(large, [])
    assert "先不生效" in steward.get("/datahub/large/").content.decode()
    assert f"#{batch.pk}" in steward.get(f"/datahub/large/{KEY}/").content.decode()
    report = steward.get(f"/datahub/batches/{batch.pk}/").content.decode()
    assert "日期 100" in report
    assert batch.counts["stamp"] in report


@pytest.mark.django_db
def test_no_other_page_stumbles_over_a_snapshot_and_no_line_of_it_lands_in_the_database(large, engine, steward):
    engine(100, new=100)
    take(large, [])
    for page in ("", "standard/", "flow/", "quality/", f"quality/large:{KEY}/"):
        assert steward.get(f"/datahub/{page}").status_code == 200, page
    with pytest.raises(CommandError, match=KEY):
        call_command("datahub", "import", str(large.parent / "流水.csv"), "--source", f"large:{KEY}")
    assert not LandingRow.objects.exists()


def cells(n, **other):
    """As a vendor's system has them, by its own names."""
    said = dict(zip(HEADINGS.split(","), line(n, **other).split(","), strict=True))
    return {"lsh": said.pop("流水号"), **said}


@pytest.mark.django_db
@pytest.mark.slow
def test_a_source_fills_a_large_table_on_its_schedule_and_reads_no_further_while_one_waits(
    large,
    engine,
    steward,
    outside,  # noqa: F811
    listed,  # noqa: F811
):
    outside.says([cells(n) for n in range(20)])
    facts = {"key": "card.flow", "fills": f"large:{KEY}", "columns": "", "values": "", "page_size": "50"}
    made = made_by(steward, address=outside.address + "/rows", **facts)
    assert "流水号" in steward.post(at(made, "try/")).content.decode(), "a column that lacks, by its heading"
    assert steward.post(at(made, "start/")).status_code == 409
    form = HTTP | facts | {"columns": "流水号 = lsh", "address": outside.address + "/rows", "key": "", "fills": ""}
    assert steward.post(at(made, "change/http/"), form).status_code == 302
    contract = steward.get(at(made, "contract.yaml")).content.decode()
    for said in (
        '"流水号"',
        'physicalName: "lsh"',
        "primaryKey: true",
        "oneLooksAbovePercent: 2",
        'classification: "restricted"',
    ):
        assert said in contract, f"{said}: as the table's declaration says"
    engine(20, new=20)
    made = started(steward, made)
    assert (made.error, made.rows, made.batch.state) == ("", 20, "applied")
    assert standing(large) == [(20, 20, 0, 0, 0)]
    good_at = made.good_at
    outside.says([cells(n) for n in range(10)])
    engine(10, gone=10)
    made = read_again(made)
    assert (made.batch.state, made.batch.gate_level, made.good_at) == ("waiting", "red", good_at)
    outside.says([cells(n) for n in range(20)])
    engine(20)
    made = read_again(made)
    assert (made.error, made.batch.state, Batch.objects.count()) == ("", "waiting", 2)
    said = f"批次 #{made.batch_id} 在等人看过"
    for page in ("/datahub/large/", at(made)):
        assert said in steward.get(page).content.decode()
    steward.post(f"/datahub/batches/{made.batch_id}/discard/", {"reason": "只有一半"})
    made = read_again(made)
    assert (made.error, made.batch.state, made.good_at > good_at) == ("", "applied", True)
    assert standing(large) == [(20, 20, 0, 0, 0), (20, 0, 0, 0, 0)]


@pytest.mark.django_db
def test_more_large_tables_than_the_machine_reads_at_once_wait_and_say_so(
    large,
    engine,
    steward,
    outside,  # noqa: F811
    listed,  # noqa: F811
):
    outside.says([cells(n) for n in range(20)])
    facts = {"key": "card.flow", "fills": f"large:{KEY}", "columns": "流水号 = lsh", "values": "", "page_size": "50"}
    made = made_by(steward, address=outside.address + "/rows", **facts)
    engine(20, new=20)
    with place(), place():
        made = started(steward, made)
        assert (made.rows, made.failed_at, Batch.objects.count()) == (None, None, 0)
        for page in ("/datahub/large/", at(made)):
            assert "排队：这台机器同时只读 2 张大表" in steward.get(page).content.decode()
    made = read_again(made)
    assert (made.error, made.rows) == ("", 20)
    holders = [place(), place()]
    for one in holders:
        one.__enter__()
    said, path = StringIO(), large.parent / "流水.csv"
    path.write_text(HEADINGS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places.time, "sleep", lambda _seconds: [one.__exit__(None, None, None) for one in holders])
        call_command("datahub", "large_table", KEY, str(path), stderr=said, stdout=StringIO())
    assert said.getvalue().count("排队") == 1


def inbox(made):
    """Its files; others of the run keep theirs there."""
    return list((configuration().data_dir / "inbox").glob(f"{made.public_id}-*{SUFFIX}"))


@pytest.fixture
def filling(db, large, engine, steward, outside, listed, monkeypatch):  # noqa: F811, PLR0917  (fixtures)
    """A source of twenty rows that fills a large table, on a machine that reads one at once."""
    monkeypatch.setattr(places, "configuration", lambda: replace(configuration(), large_tables_at_once=1))
    outside.says([cells(n) for n in range(20)])
    facts = {"key": "card.flow", "fills": f"large:{KEY}", "columns": "流水号 = lsh", "values": "", "page_size": "50"}
    engine(20, new=20)
    return made_by(steward, address=outside.address + "/rows", **facts)


def test_a_slow_source_keeps_no_engine_and_what_was_fetched_waits_for_one(
    filling,
    engine,
    steward,
    outside,  # noqa: F811
    monkeypatch,
):
    write_lines, engines_free, begun = feeding.write_lines, [], now()

    def slow(made, path, rows):
        with place():  # another's engine, while this source is being asked
            engines_free.append(made.key)
        return write_lines(made, path, rows)

    monkeypatch.setattr(feeding, "write_lines", slow)
    made = started(steward, filling)
    assert (made.error, made.rows, engines_free) == ("", 20, ["card.flow"])
    assert made.good_at >= begun
    monkeypatch.setattr(feeding, "write_lines", write_lines)
    with place():
        made = read_again(made)
        assert ("排队" in made.error, len(inbox(made))) == (True, 1)
    fetched_by = now()
    outside.says([])
    engine(20)
    made = read_again(made)
    assert (made.error, made.rows, made.batch.state) == ("", 20, "applied"), "what it said then: it is not asked again"
    assert (begun < made.good_at < fetched_by, inbox(made)) == (True, [])
    outside.says([cells(n) for n in range(20)])
    with place():
        assert "排队" in read_again(made).error
    DataSource.objects.filter(pk=made.pk).update(changed_at=now())
    outside.says([])
    assert ("排队" in read_again(made).error, inbox(made)) == (False, []), "changed meanwhile it is asked anew"
    with places.asking(), places.asking():
        assert "排队" in read_again(made).error


def test_what_waited_nearly_as_long_as_it_is_kept_is_nobodys_to_sweep_away_while_it_is_read(
    filling, steward, monkeypatch
):
    with place():
        assert "排队" in started(steward, filling).error
    [kept] = inbox(filling)
    put_by = kept.stat().st_mtime - reading.LEFT_SECONDS + 60
    os.utime(kept, (put_by, put_by))
    taken, ages = reading.taken, []

    def at_the_engine(made, path, **named):
        ages.append((path, path.stat().st_mtime - put_by))
        return taken(made, path, **named)

    monkeypatch.setattr(reading, "taken", at_the_engine)
    assert read_again(filling).error == ""
    [(path, newer)] = ages
    assert path == kept
    assert newer > reading.LEFT_SECONDS / 2


def test_however_many_large_tables_are_read_some_of_a_workers_readings_are_for_small_ones(large, monkeypatch):
    monkeypatch.setattr(places, "configuration", lambda: replace(configuration(), large_tables_at_once=4))
    with ExitStack() as asked:
        for _each in range(6):
            asked.enter_context(places.asking())
        with pytest.raises(LargeTablesBusyError), places.asking():
            pass
    assert reading.READINGS.at_once > 6


def test_whoever_is_killed_lets_go_of_his_place(large, monkeypatch):
    monkeypatch.setattr(places, "configuration", lambda: replace(configuration(), large_tables_at_once=1))
    held, told = os.pipe()

    def hold():
        with place():
            os.write(told, b".")
            signal.pause()

    child = started_child(hold)
    os.read(held, 1)
    assert places.free_place() is None
    kill(child)
    with place():
        pass


@pytest.mark.django_db
def test_a_source_that_cannot_be_read_says_so_and_what_stood_stands(
    large,
    here,
    steward,
    outside,  # noqa: F811
    listed,  # noqa: F811
):
    outside.says([cells(n) for n in range(20)])
    facts = {"key": "card.flow", "fills": f"large:{KEY}", "columns": "流水号 = lsh", "values": "", "page_size": "50"}
    made = started(steward, made_by(steward, address=outside.address + "/rows", **facts))
    outside.says([{"lsh": "1"}])
    made = read_again(made)
    assert "缺少这些列" in made.error
    assert "缺少这些列" in steward.get("/datahub/large/").content.decode()
    outside.says([])
    assert read_again(made).error
    assert standing(large) == [(20, 20, 0, 0, 0)]
    assert not [one for one in large.iterdir() if one.name.startswith(taking.WORK)]


@pytest.mark.django_db
def test_many_large_tables_cost_no_more_queries_than_one(large, here, steward):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert steward.get("/datahub/large/").status_code == 200
        return len(asked)

    take(large, [line(1)])
    cost()  # what a process asks once
    few = cost()
    for number in range(30):
        folder = large.parent / f"card.flow{number}"
        folder.mkdir()
        (folder / "table.toml").write_text(TOML, encoding="utf-8")
        facts = {"name": "刷卡", "office": "财务处", "kind": "sftp", "address": "10.1.1.1:22/out", "query": "*.csv"}
        facts |= {"host_key": "SHA256:x", "state": "live", "made_by_name": "管数据"}
        DataSource.objects.create(key=f"card.flow{number}", fills=f"large:card.flow{number}", **facts)
    assert cost() == few
    assert "还没有读过" in steward.get("/datahub/large/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([line(0)], "少了 99 行"),
        ([line(n, 金额="9.00") for n in range(100)], "要改 100 行"),
        ([line(n, 日期="昨天") for n in range(6)] + [line(n) for n in range(6, 100)], "6 行读不懂"),
        ([line(n) for n in range(100)] + [line(5, 金额="7.00")], "主键重复 1 行"),
    ],
)
def test_a_wrong_snapshot_is_held(large, here, lines, words):
    take(large, [line(n) for n in range(100)])
    held(large, lines, words)
    assert len(standing(large)) == 1


@pytest.mark.django_db
def test_a_row_without_its_key_is_refused_though_the_declaration_does_not_ask_for_it(large, here):
    """It would be compared with none, and nobody would miss it."""
    (large / "table.toml").write_text(TOML.replace("width = 6\nrequired = true", "width = 6"), encoding="utf-8")
    with pytest.raises(CommandError, match="6 行读不懂或缺必填"):
        take(large, [line(n) for n in range(94)] + [line(7, 流水号="")] * 6)


@pytest.mark.django_db
def test_what_cannot_be_read_changes_nothing_and_shows_no_cell(large, tmp_path):
    take(large, [line(n) for n in range(10)])
    path = tmp_path / "b.csv"
    path.write_text("流水号,学工号\n1,2\n", encoding="utf-8")
    with pytest.raises(CommandError, match="缺少这些列：姓名、手机"):
        call_command("datahub", "large_table", KEY, str(path))
    path.write_bytes(f"{HEADINGS}\n{line(1)}\n".encode("gb18030"))
    with pytest.raises(CommandError, match="不是 UTF-8"):
        call_command("datahub", "large_table", KEY, str(path))
    path.write_text(f"{HEADINGS}\n{line(1)},{SOUND},多\n", encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        call_command("datahub", "large_table", KEY, str(path))
    assert SOUND not in str(refused.value)
    path.write_bytes(b"PAR1 torn")
    with pytest.raises(CommandError, match="没有收"):
        call_command("datahub", "large_table", KEY, str(path))
    assert len(standing(large)) == 1


@pytest.mark.django_db
def test_killed_while_it_is_kept_what_stood_stands_and_the_next_one_clears_up(large, here, monkeypatch):
    take(large, [line(n) for n in range(10)])

    def killed(*_arguments, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(taking.audit, "record", killed)
        patch.setattr(shutil, "rmtree", lambda *_a, **_k: None)
        take(large, [line(n) for n in range(11)])
    assert (len(standing(large)), AuditEntry.objects.filter(action="datahub.take_large_table").count()) == (1, 1)
    take(large, [line(n) for n in range(12)])
    assert standing(large) == [(10, 10, 0, 0, 0), (12, 2, 0, 0, 0)]
    folders = {one.name.removesuffix(taking.CHANGES) for one in large.iterdir() if one.is_dir()}
    assert len(folders) == 2, "two stand, and nothing half done"


@pytest.mark.django_db
def test_what_somebody_else_laid_beside_the_snapshots_stays_and_nobody_else_reads_them(large, here):
    large.chmod(0o755)
    (large / "inbox").mkdir()
    (large / "inbox" / "july.csv").write_text(HEADINGS)
    take(large, [line(n) for n in range(10)])
    assert (large / "inbox" / "july.csv").exists()
    assert large.stat().st_mode & 0o077 == 0, "names and numbers lie in it"


@pytest.mark.django_db
def test_a_snapshot_bears_the_day_of_the_campus(large, here, monkeypatch):
    monkeypatch.setattr(taking, "now", lambda: datetime(2026, 11, 29, 18, 30, tzinfo=UTC))
    take(large, [line(1)])
    assert (large / "20261130T023000000000").is_dir(), "as of the thirtieth, at half past two"


@pytest.mark.django_db
def test_a_second_snapshot_waits_for_nobody_and_says_so(large):
    with taking.locked(declared(KEY)), pytest.raises(CommandError, match="正在接收另一份"):
        take(large, [line(1)])


@pytest.mark.parametrize(
    ("found", "other"),
    [
        ("[fields.place]", "[fields.Place]"),
        ("[fields.place]", "[fields.order]"),
        ("[fields.place]", "[fields.nanhu_key]"),
        ('keys = ["serial"]', 'keys = ["no"]'),
        ('kind = "day"', 'kind = "moment"'),
        ('"[0-9]{6}"', '"(?i)x"'),
        ("keep = 2", "keep = 0"),
        ("keep = 2", 'engine = "oracle"'),
        ("keep = 2", "red = { gone = 1 }"),
        ('heading = "商户"', 'heading = "金额"'),
        ("name =", "nome ="),
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused(large, found, other):
    assert found in TOML
    (large / "table.toml").write_text(TOML.replace(found, other, 1), encoding="utf-8")
    with pytest.raises(CommandError, match=r"table\.toml"):
        call_command("datahub", "large_table", KEY)


@pytest.mark.django_db
def test_without_a_cluster_spark_is_refused_in_words(large, tmp_path):
    with pytest.raises(CommandError, match="NANHU_SPARK_MASTER"):
        take(large, [line(1)], "--engine", "spark")
