"""MariaDB's row events where no server says them at will: killed in the middle, undone, torn, or said with bad intent."""

import zlib
from struct import pack

import pytest

from nanhu.platforms.datahub.feeding import rowevents
from nanhu.platforms.datahub.feeding.pgoutput import ShapeError
from nanhu.platforms.datahub.feeding.rowevents import Column, Follower, changes_in

FILE = "log.000002"


class Log:
    """What a server sends, event by event."""

    def __init__(self, at=100):
        self.at, self.events = at, []

    def event(self, kind, body=b"", *, made_at=0, is_real=True):
        self.at += len(body) + 19 if is_real else 0
        self.events.append(pack("<IBIIIH", made_at, kind, 7, len(body) + 19, self.at if is_real else 0, 0) + body)
        return self

    def begins(self, file=FILE, at=4, made_at=1000):
        self.event(rowevents.ROTATE, at.to_bytes(8, "little") + file.encode(), is_real=False)
        return self.event(rowevents.FORMAT, made_at=made_at, is_real=False)

    def row(self, number, table="xk"):
        names = b"".join(bytes([len(one)]) + one + b"\0" for one in (b"jw", table.encode()))
        self.event(rowevents.TABLE_MAP, (7).to_bytes(6, "little") + b"\1\0" + names + b"\1\3\0\0")
        return self.event(rowevents.WRITE, (7).to_bytes(6, "little") + b"\1\0" + b"\1\1\0" + pack("<i", number))

    def says(self, text):
        return self.event(rowevents.QUERY, bytes(13) + b"\0" + text)

    def commits(self):
        return self.event(rowevents.XID, bytes(8))


@pytest.fixture
def follower():
    return Follower("jw", "xk", [Column("id")], FILE, 100)


def heard(follower, log, *, most=100, is_late=False):
    found, is_all = changes_in(follower, iter(log.events), most=most, is_late=lambda: is_late)
    return [one.after["id"] for one in found], is_all


def test_half_a_transaction_of_a_server_that_died_goes_in_with_no_other(follower):
    log = Log().begins(at=100).row(1).commits().row(2).begins("log.000003", made_at=2000).row(3).commits()
    assert heard(follower, log) == ([1, 3], True)
    assert (follower.file, follower.made_at) == ("log.000003", 2000)


def test_half_a_transaction_of_a_server_that_died_takes_no_room(follower, monkeypatch):
    monkeypatch.setattr(rowevents, "MOST_HELD", 5)
    log = Log().begins(at=100).row(2).begins("log.000003", made_at=2000).row(3).commits()
    assert heard(follower, log) == ([3], False)
    assert follower.file == "log.000003"


def test_what_a_transaction_does_besides_does_not_end_it(follower):
    log = Log().begins(at=100).row(1).says(b"DROP TEMPORARY TABLE IF EXISTS `sums`")
    assert heard(follower, log) == ([], True)
    assert follower.place == 100, "read again until it has ended"
    with pytest.raises(ShapeError, match="ROLLBACK"):
        heard(follower, Log().says(b"ROLLBACK"))


def test_a_table_without_transactions_ends_its_rows_by_commit(follower):
    assert heard(follower, Log().begins(at=100).row(1).says(b"COMMIT")) == ([1], True)


@pytest.mark.parametrize(
    ("most", "held"),
    [*((most, 100) for most in (1, 2, 3, 4, 5, 7, 100)), *((100, 5 * rows) for rows in (1, 2, 3, 4, 7))],
)
def test_a_transaction_of_many_or_of_large_rows_is_told_in_parts_each_once(monkeypatch, most, held):
    """Each reading begins anew from what the one before kept. A row is five bytes."""
    monkeypatch.setattr(rowevents, "MOST_HELD", held)
    log = Log().begins(at=100).row(1).commits()
    for number in range(2, 9):
        log.row(number).row(number, table="other")
    log.commits().row(9).commits()
    kept, parts = {"place": 100}, []
    while not parts or parts[-1][0] or not parts[-1][1]:
        follower = Follower("jw", "xk", [Column("id")], FILE, **kept)
        # the server sends from the place on, after saying which file it is
        sent = Log(kept["place"]).begins(at=kept["place"])
        sent.events += [one for one in log.events[2:] if int.from_bytes(one[13:17], "little") > kept["place"]]
        parts.append(heard(follower, sent, most=most))
        kept = {"place": follower.place, "skip": follower.skip, "made_at": follower.made_at}
    assert [number for part, _is_all in parts for number in part] == list(range(1, 10))
    assert max(len(part) for part, _is_all in parts) <= min(most, held // 5)
    assert (follower.place, follower.skip) == (log.at, 0)


def test_a_part_is_told_only_of_what_has_ended(follower):
    log = Log().begins(at=100).row(1).row(2).row(3)
    assert heard(follower, log, most=2) == ([], True)
    with pytest.raises(ShapeError, match="ROLLBACK"):
        heard(follower, Log().says(b"ROLLBACK"), most=2)


def test_a_transaction_of_more_than_can_be_heard_again_is_a_gap(follower, monkeypatch):
    monkeypatch.setattr(rowevents, "MOST_PENDING", 2)
    with pytest.raises(ShapeError, match="太多行"):
        heard(follower, Log().begins(at=100).row(1).row(2).row(3), most=1)


def test_when_it_is_late_a_transaction_is_heard_to_its_end_and_a_new_file_to_its_beginning(follower):
    log = Log().begins(at=100).row(1, table="other").row(2, table="other").commits().row(3).commits()
    assert heard(follower, log, is_late=True) == ([], False)
    assert follower.place > 100
    follower.place = log.at
    over = Log(log.at).begins(at=log.at).begins("log.000003", made_at=2000)
    assert heard(follower, over, is_late=True) == ([], True)
    assert (follower.file, follower.place, follower.made_at) == ("log.000003", 4, 2000), "they belong together"


def test_many_remarks_before_a_statement_cost_no_more_than_reading_them(follower):
    remarks = b"/* a */" * 60 + b"-- b\n# c\n"
    assert heard(follower, Log().says(remarks + b"CREATE TABLE y (id int)")) == ([], True)
    with pytest.raises(ShapeError):
        heard(follower, Log().says(remarks + b"INSERT INTO y VALUES (1)"))


@pytest.mark.parametrize(
    "body",
    [
        b"\0" * 3,
        bytes(13) + b"\0" + b"\1\5" + b"no zlib",
        bytes(13) + b"\0" + b"\1\5" + zlib.compress(b"torn" * 100)[:-6],
    ],
    ids=["short", "not packed", "torn"],
)
def test_what_nobody_can_read_is_a_gap_and_no_fault_for_ever(follower, body):
    with pytest.raises(ShapeError):
        heard(follower, Log().event(165, body))


def test_what_would_unpack_to_more_than_a_process_has_is_a_gap(follower, monkeypatch):
    monkeypatch.setattr(rowevents, "MOST_BYTES", 1000)
    with pytest.raises(ShapeError):
        heard(follower, Log().event(165, bytes(13) + b"\0" + b"\1\5" + zlib.compress(bytes(2000))))
