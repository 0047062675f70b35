"""Shared tables: what was put is what is read, today and as of any moment; the wrong is refused whole, in words."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.events import outbox as event_outbox
from nanhu.kernel.models import AuditEntry, OutboxEvent
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.errors import PurposeRefusedError, RowsRefusedError, UnknownFieldError, UnknownTableError
from nanhu.platforms.datahub.models import SharedRow
from nanhu.platforms.datahub.shared.declarations import FOLDER, read_declaration, shared_tables
from nanhu.platforms.datahub.shared_rows import reading, writing
from nanhu.platforms.datahub.tests.shared import DUE, LENT, LENT_AT, declare, fields, loan

BY = Actor.system("library")
LOANS = "library.loan"


@pytest.fixture
def loans(db, monkeypatch):
    declare(monkeypatch)


def put(*rows, **more):
    return datahub.put(LOANS, rows, by=BY, **more)


def told():
    return [event.payload for event in OutboxEvent.objects.filter(name="datahub.RowsChanged").order_by("id")]


def test_a_row_comes_back_with_its_types(loans):
    put(loan(copies=2, lent_at=LENT_AT, is_renewed=True, state="out"))
    (row,) = datahub.rows(LOANS)
    assert (row.book, row.copies, row.due_on, row.lent_at) == ("B1", 2, DUE, LENT_AT)
    assert (row.is_renewed, row.state, row.phone) == (True, "out", None)


def test_what_says_the_same_writes_nothing_and_is_not_told(loans):
    first = put(loan(copies=1, lent_at=LENT_AT, phone="13800138000"))
    assert first.created == ["B1\x1f14231100001"]
    china = LENT_AT.astimezone(tz=datetime.now(UTC).astimezone().tzinfo)
    again = put(loan(copies=1, lent_at=china, phone="13800138000"))
    assert again.keys == []
    assert (SharedRow.objects.count(), len(told())) == (1, 1)
    assert put(loan(copies=1, lent_at=LENT_AT, phone="13800138001")).changed == ["B1\x1f14231100001"]


@pytest.mark.capability("A001.1")
def test_changes_are_told_by_key_to_who_asked_for_that_table(loans, monkeypatch):
    monkeypatch.setattr(event_outbox, "subscribers", {})
    monkeypatch.setattr("nanhu.kernel.events.delivery.subscribers", event_outbox.subscribers)
    heard = {LOANS: [], "card.card": []}
    for table, events in heard.items():
        datahub.on_rows(table, name=f"test.{table}")(events.extend)
    put(loan(), loan(book="B2"))
    datahub.remove(LOANS, [("B2", "14231100001"), ("B9", "14231100001")], by=BY)
    assert deliver_pending() == 2
    assert heard["card.card"] == []
    assert [event.keys for event in heard[LOANS]] == [
        (("B1", "14231100001"), ("B2", "14231100001")),
        (("B2", "14231100001"),),
    ]


def test_many_keys_are_told_in_lists(loans):
    put(*(loan(book=f"B{n}") for n in range(2_500)))
    assert [len(one["keys"]) for one in told()] == [1_000, 1_000, 500]


@pytest.mark.capability("A001.2")
def test_a_removed_row_leaves_a_tombstone_and_may_come_back(loans):
    put(loan(copies=1))
    datahub.remove(LOANS, [("B1", "14231100001")], by=BY)
    assert datahub.rows(LOANS) == []
    assert datahub.remove(LOANS, [("B1", "14231100001")], by=BY).keys == []
    assert put(loan(copies=1)).created == ["B1\x1f14231100001"]
    versions = list(datahub.history(LOANS, ("B1", "14231100001")))
    assert [one.row and one.row.copies for one in versions] == [1, None, 1]
    assert [one.valid_to for one in versions[1:]] == [one.valid_from for one in versions[:-1]]


@pytest.mark.capability("A001.2")
def test_a_whole_list_removes_what_it_does_not_name(loans):
    put(loan(), loan(book="B2"))
    done = put(loan(book="B2"), loan(book="B3"), is_whole=True)
    assert [len(done.created), len(done.changed), len(done.removed)] == [1, 0, 1]
    assert {row.book for row in datahub.rows(LOANS)} == {"B2", "B3"}


def test_whose_rows_they_are_is_asked_of_an_index(loans):
    put(*(loan(book=f"B{n}", campus_no=f"1423{n // 4:07d}") for n in range(2000)))
    assert len(datahub.rows(LOANS, {"campus_no": "14230000007"})) == 4
    declared = shared_tables()[LOANS]
    equal, more, values = reading.conditions(declared, {"campus_no": "14230000007"})
    query = reading.ROWS.format(columns="data", at=reading.NOW, more=" ".join(more))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE datahub_shared_row")
        cursor.execute(f"EXPLAIN {query}", {"table": LOANS, "equal": json.dumps(equal), **values})
        assert "datahub_shared_row_person" in " ".join(line for (line,) in cursor.fetchall())


def test_one_is_found_by_its_key_and_by_what_it_says(loans):
    put(
        loan(copies=1),
        loan(book="B2", copies=2, state="out"),
        loan(book="B3", due_on=date(2027, 1, 1), lent_at=LENT_AT),
    )
    assert [row.book for row in datahub.rows(LOANS, keys=[("B2", "14231100001")])] == ["B2"]
    assert [row.book for row in datahub.rows(LOANS, {"state": "out"})] == ["B2"]
    assert [row.book for row in datahub.rows(LOANS, {"due_on": date(2027, 1, 1)})] == ["B3"]
    assert [row.book for row in datahub.rows(LOANS, {"copies": [1, 2], "book": {"B1", "B3"}})] == ["B1"]
    assert [row.book for row in datahub.rows(LOANS, {"lent_at": [LENT_AT]})] == ["B3"]
    for unknown in ("phone", "nonsense", "book' OR true --"):
        with pytest.raises(UnknownFieldError):
            datahub.rows(LOANS, {unknown: "x"})
    with pytest.raises(UnknownTableError):
        datahub.rows("library.nothing")


WRONG = [
    ({"due_on": None}, "没有填“应还日期”。"),
    ({"due_on": "2026-12-01"}, "“应还日期”须是日期：“2026-12-01”。"),
    ({"copies": "2"}, "“册数”须是整数：“2”。"),
    ({"copies": 2.0}, "“册数”须是整数：“2.0”。"),
    ({"copies": True}, "“册数”须是整数：“True”。"),
    ({"copies": 2**63}, f"“册数”须是整数：“{2**63}”。"),
    ({"book": 12}, "“条码”须是文字：“12”。"),
    ({"book": ""}, "没有填“条码”。"),
    ({"book": "B" * 13}, f"“条码”最多 12 个字：“{'B' * 13}”。"),
    ({"book": "B\x1f1"}, "“条码”里有读不出的字符：“B1”。"),
    ({"book": "B1\n"}, "“条码”里有读不出的字符：“B1”。"),
    ({"book": "B\ud8001"}, "“条码”里有读不出的字符：“B?1”。"),
    ({"state": "lost"}, "“状态”没有“lost”这个取值。"),
    ({"lent_at": LENT_AT.replace(tzinfo=None)}, "“借出时间”须是日期和时间：“2026-11-01 02:30:00”。"),
    ({"is_renewed": 1}, "“是否续借”须是“是”或“否”：“1”。"),
    ({"shelf": "A3"}, "没有这一项：shelf。"),
    ({"phone": "138001380001"}, "“手机号码”最多 11 个字：“…”。"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG, ids=[f"{n}" for n in range(len(WRONG))])
def test_a_wrong_row_is_told_in_words_and_nothing_is_written(loans, wrong, sentence):
    with pytest.raises(RowsRefusedError) as refused:
        put(loan(book="B0"), loan() | wrong)
    ((place, _finding),) = refused.value.facts["faults"]
    assert place == 1
    assert sentence in refused.value.message
    assert not SharedRow.objects.exists()
    assert told() == []


@pytest.mark.capability("A005.2")
def test_each_wrong_row_is_told(loans):
    with pytest.raises(RowsRefusedError) as refused:
        put(loan(copies="x"), loan(book="B2"), loan(state="?"))
    assert [(place, one.code) for place, one in refused.value.facts["faults"]] == [
        (0, "value_no_integer"),
        (2, "value_no_code"),
    ]


@pytest.mark.capability("A001.1")
def test_what_is_sensitive_lies_sealed_and_is_read_for_a_purpose_alone(loans):
    put(loan(phone="13800138000"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM datahub_shared_row t")
        assert "13800138000" not in cursor.fetchone()[0]
    assert datahub.rows(LOANS)[0].phone is None
    with pytest.raises(PurposeRefusedError):
        datahub.sensitive_rows(LOANS, by=BY, purpose="好奇")
    assert not AuditEntry.objects.filter(action="datahub.look_shared").exists()
    (row,) = datahub.sensitive_rows(LOANS, {"book": "B1"}, by=BY, purpose="催还")
    assert row.phone == "13800138000"
    look = AuditEntry.objects.get(action="datahub.look_shared")
    assert (look.reason, look.facts["campus_no"]) == ("催还", "14231100001")


class TestTheDatabaseItself:
    def insert(self, **columns):
        given = {
            "table_key": LOANS,
            "key": "B1\x1f14231100001",
            "data": '{"book": "B1", "campus_no": "14231100001", "due_on": "2026-12-01"}',
            "actor": "psql",
            "is_removed": False,
            "valid_from": datetime.now(UTC),
            "valid_to": None,
        } | columns
        with transaction.atomic(), connection.cursor() as cursor:
            names, holes = ", ".join(given), ", ".join(["%s"] * len(given))
            statement = f"INSERT INTO datahub_shared_row ({names}) VALUES ({holes})"  # noqa: S608  (columns of this test)
            cursor.execute(statement, list(given.values()))

    @pytest.mark.parametrize(
        "data",
        [
            '{"book": "B1", "campus_no": "1"}',
            '{"book": 1, "campus_no": "1", "due_on": "2026-12-01"}',
            '{"book": ["B1"], "campus_no": "1", "due_on": "2026-12-01"}',
            '{"book": "B1234567890123", "campus_no": "1", "due_on": "2026-12-01"}',
            '{"book": "B1", "campus_no": "1", "due_on": "soon"}',
            '{"book": "B1", "campus_no": "1", "due_on": "2026-12-01", "copies": 1.5}',
            '{"book": "B1", "campus_no": "1", "due_on": "2026-12-01", "is_renewed": "yes"}',
            '{"book": "B1", "campus_no": "1", "due_on": "2026-12-01", "lent_at": "2026-12-01"}',
            '{"book": "B1", "campus_no": "1", "due_on": "2026-12-01", "phone": "13800138000"}',
            "[]",
        ],
    )
    def test_refuses_a_row_of_the_wrong_shape(self, loans, data):
        with pytest.raises(IntegrityError, match="does not agree"):
            self.insert(data=data)

    def test_takes_one_that_agrees(self, loans):
        self.insert()
        assert len(datahub.rows(LOANS)) == 1

    def test_refuses_a_table_nobody_declared(self, loans):
        with pytest.raises(IntegrityError, match="does not agree"):
            self.insert(table_key="library.secret")

    def test_refuses_two_rows_of_a_key_at_one_time(self, loans):
        put(loan())
        with pytest.raises(IntegrityError):
            self.insert()
        put(loan(copies=3))
        datahub.remove(LOANS, [("B1", "14231100001")], by=BY)
        SharedRow.objects.filter(valid_to=None).update(valid_to=datetime.now(UTC) + timedelta(hours=1))
        with pytest.raises(IntegrityError, match="before another of its key ended"):
            self.insert()

    def test_refuses_to_change_or_lose_history(self, loans):
        put(loan(copies=1))
        put(loan(copies=2))
        old = SharedRow.objects.filter(valid_to__isnull=False)
        for change in (
            {"data": {}},
            {"valid_to": None},
            {"valid_to": datetime.now(UTC)},
            {"actor": "nobody"},
            {"key": "x"},
        ):
            with pytest.raises(IntegrityError, match="are history"), transaction.atomic():
                old.update(**change)
        with pytest.raises(IntegrityError, match="are history"), transaction.atomic():
            old.delete()


MOVES = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"),
            st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from([None, 1, 2])), min_size=1, max_size=4),
        ),
        st.tuples(st.just("remove"), st.lists(st.sampled_from("ABCD"), min_size=1, max_size=3)),
    ),
    max_size=8,
)


@pytest.mark.slow
@settings(max_examples=60)
@given(moves=MOVES)
def test_any_course_of_writes_reads_as_a_dictionary_would(loans, moves):
    """The table stands; each course is rolled back at its end."""
    with transaction.atomic():
        model, moments = {}, []
        for what, given_rows in moves:
            if what == "put":
                changed = put(*(loan(book=book, copies=copies) for book, copies in given_rows))
                wanted = {key for key, copies in dict(given_rows).items() if model.get(key, "none") != copies}
                model = model | dict(given_rows)
            else:
                changed = datahub.remove(LOANS, [(book, "14231100001") for book in given_rows], by=BY)
                wanted = set(given_rows) & set(model)
                model = {key: copies for key, copies in model.items() if key not in given_rows}
            assert {key[0] for key in changed.keys} == wanted
            moments.append(
                (SharedRow.objects.raw("SELECT 1 AS id, max(last_at) AS at FROM datahub_shared_table")[0].at, model)
            )
            assert {row.book: row.copies for row in datahub.rows(LOANS)} == model
        for moment, then in moments:
            assert {row.book: row.copies for row in datahub.rows(LOANS, as_of=moment)} == then
        spans = SharedRow.objects.order_by("key", "valid_from").values_list("key", "valid_from", "valid_to")
        for (key, _first, ended), (other, begun, _last) in zip(spans, list(spans)[1:], strict=False):
            assert key != other or ended == begun
        assert all(n == 1 for n in Counter(key for key, _first, ended in spans if ended is None).values())
        transaction.set_rollback(True)


def test_a_september_can_be_asked_for_in_november(loans):
    september = datetime.now(UTC)
    put(loan(copies=1))
    assert datahub.rows(LOANS, as_of=september - timedelta(seconds=1)) == []
    assert [row.copies for row in datahub.rows(LOANS, as_of=datetime.now(UTC) + timedelta(seconds=1))] == [1]


class TestADeclarationThatChanged:
    def test_a_new_field_is_empty_in_older_rows(self, loans, monkeypatch):
        put(loan())
        declare(monkeypatch, fields=fields(shelf={"type": "text", "longest": 5, "required": True}))
        assert datahub.rows(LOANS)[0].shelf is None
        with pytest.raises(RowsRefusedError):
            put(loan())
        assert put(loan(shelf="A3")).changed

    def test_one_that_is_gone_is_read_no_more_and_history_keeps_it(self, loans, monkeypatch):
        put(loan(copies=4))
        declare(monkeypatch, fields=fields(copies=None))
        assert not hasattr(datahub.rows(LOANS)[0], "copies")
        assert put(loan()).changed
        assert SharedRow.objects.filter(data__copies=4).exists()

    @pytest.mark.parametrize("said", [{"type": "text", "longest": 5}, {"type": "boolean"}])
    def test_another_type_needs_another_name_while_a_row_of_any_time_holds_the_old(self, loans, monkeypatch, said):
        put(loan(copies=4))
        put(loan())
        with pytest.raises(ImproperlyConfigured, match="1 rows, some of them history, hold another kind of 'copies'"):
            declare(monkeypatch, fields=fields(copies=said))

    def test_a_name_that_comes_back_as_another_type_is_refused_too(self, loans, monkeypatch):
        put(loan(copies=4))
        declare(monkeypatch, fields=fields(copies=None))
        with pytest.raises(ImproperlyConfigured, match="copies"):
            declare(monkeypatch, fields=fields(copies={"type": "date"}))

    def test_a_shorter_length_is_refused_where_a_row_is_longer(self, loans, monkeypatch):
        put(loan(book="B12345"))
        with pytest.raises(ImproperlyConfigured, match="book"):
            declare(monkeypatch, fields=fields(book={"longest": 5}))
        declare(monkeypatch, fields=fields(book={"longest": 6}))


FAULTY = [
    ('key = "library.loan"', "missing required field"),
    ("key = ", "Invalid value"),
    ('type = "strng"', "strng"),
    ("longest = 0", "says how long"),
    ("nonsense = 1", "nonsense"),
    ('keys = ["shelf"]', "the key field 'shelf'"),
    ("keys = []", "it has no key"),
    ('key = "Library"', "the key 'Library'"),
    ('purposes = ["x"]', "need purposes"),
    ('over = { book = ["gone"] }', "over: 'book' is not a code"),
    ('last_day = "book"', "last_day: 'book' is not a date"),
    ('code_table = "moods"', "there is no code table 'moods'"),
    ('mask = "number"', "the key field 'book' has a mask"),
    ("forget_days = 90", "only an optional, open field"),
    ('others = ["shelf"]', "the field 'shelf' that names somebody"),
]
GOOD = """key = "library.loan"
name = "借阅"
owner = "图书馆"
system = "library"
keys = ["book"]
purposes = []
[[fields]]
name = "book"
label = "条码"
type = "text"
longest = 12
required = true
code_table = ""
mask = ""
forget_days = 0
"""


@pytest.mark.parametrize(("line", "fault"), FAULTY, ids=[line for line, _fault in FAULTY])
def test_a_faulty_declaration_stops_the_start_and_says_where(tmp_path, line, fault):
    name = line.partition(" =")[0]
    lines = [line if one.startswith(f"{name} =") else one for one in GOOD.splitlines()]
    path = tmp_path / "library.loan.toml"
    path.write_text(GOOD)
    read_declaration(path)
    path.write_text(
        line if "library" in line and "loan" in line else "\n".join(lines if name in GOOD else [line, *lines])
    )
    with pytest.raises(ImproperlyConfigured, match=fault) as refused:
        read_declaration(path)
    assert "library.loan.toml" in str(refused.value)


def test_the_declarations_of_the_house_are_in_order():
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(shared_tables())
    assert LENT["key"] not in shared_tables()


def test_each_key_is_looked_up_by_the_index_that_knows_it_also_where_a_table_just_grew(loans):
    """No statistics yet: an index that knows the table alone would be read whole for each key."""
    lists = {"keys": "a", "data": "{}", "indexes": "", "between": writing.BETWEEN, "table": LOANS}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {writing.DIFFER}", lists)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "datahub_shared_row_once" in plan
    assert "(key = given.key)" in plan
