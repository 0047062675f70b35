"""The ledger is sealed: whoever changes, deletes, inserts or moves rows behind its back is found."""

from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.doctor.checks import trail
from nanhu.kernel.jobs.periodic import carry_roots
from nanhu.kernel.registry import Verdict
from nanhu.kernel.sealing import carrying, chain, merkle
from nanhu.kernel.sealing.verification import content_of
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger import checks
from nanhu.platforms.ledger.models import Block, Check, DayRoot, Transfer
from nanhu.platforms.ledger.services.sealing import CHAIN, root_days, seal
from nanhu.platforms.ledger.services.verification import verify, verify_and_note
from nanhu.testing.finished import until_finished

BY = Actor.system("test")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books() -> dict[str, int]:
    """On an empty ledger: what tests with real commits left in it is no table of Django's to be emptied."""
    as_superuser("DELETE FROM ledger_transfer")
    return ledger.open_accounts(
        [
            ledger.AccountOrder(code="cash", name="现金", kind="asset"),
            ledger.AccountOrder(code="wallet", name="钱包", kind="liability", floor_fen=0),
        ]
    )


def post(books: dict[str, int], count: int) -> None:
    for _row in range(count):
        leg = ledger.Leg(debit_account_id=books["cash"], credit_account_id=books["wallet"], amount_fen=100)
        ledger.post(by=BY, kind="test", legs=[leg], reference="饭费")


def as_superuser(statement: str, *arguments: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, arguments)


@pytest.fixture
def sealed(books) -> list[int]:
    """Twelve rows in three blocks."""
    post(books, 12)
    until_finished()
    assert seal(block_rows=5) == 3
    assert verify().is_sound
    return list(Transfer.objects.order_by("id").values_list("id", flat=True))


def test_rows_are_sealed_once_and_in_a_chain(sealed, books):
    blocks = list(Block.objects.order_by("number"))
    assert [block.rows for block in blocks] == [5, 5, 2]
    assert [block.previous for block in blocks] == ["0" * 64, blocks[0].seal, blocks[1].seal]
    assert seal() == 0
    post(books, 1)
    assert verify().waiting == 1
    until_finished()
    assert seal() == 1
    assert verify().is_sound


TAMPERED = {
    "another amount": "UPDATE ledger_transfer SET amount_fen = 1 WHERE id = %s",
    "another account": "UPDATE ledger_transfer SET debit_account_id = 999 WHERE id = %s",
    "another time": "UPDATE ledger_transfer SET occurred_at = occurred_at - interval '1 microsecond' WHERE id = %s",
    "another reason": "UPDATE ledger_transfer SET reference = '别的' WHERE id = %s",
    "a deleted row": "DELETE FROM ledger_transfer WHERE id = %s",
    "another era": "UPDATE ledger_transfer SET era = 5 WHERE id = %s",
    "an inserted row": """INSERT INTO ledger_transfer
        (id, entry_id, posted_at, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, era, xid)
        SELECT id + 1000, entry_id, posted_at, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, era, xid
          FROM ledger_transfer WHERE id = %s""",
}


@pytest.mark.parametrize("how", TAMPERED)
@pytest.mark.parametrize("which", [0, 4, 11])
def test_what_a_superuser_does_to_a_sealed_row_is_found(how, which, sealed):
    as_superuser(TAMPERED[how], sealed[which])
    assert not verify().is_sound


@pytest.mark.parametrize(
    "how", ["UPDATE ledger_block SET digest = repeat('0', 64)", "DELETE FROM ledger_block WHERE number = 2"]
)
def test_a_touched_block_is_found(how, sealed):
    as_superuser(how)
    assert not verify().is_sound


def test_a_chain_forged_in_the_database_alone_does_not_pass(sealed):
    as_superuser(TAMPERED["another amount"], sealed[11])
    block = Block.objects.get(number=3)
    block.digest = chain_content(block)
    as_superuser("UPDATE ledger_block SET digest = %s, seal = %s WHERE number = 3", block.digest, chain.seal_of(block))
    assert not verify().is_sound


def test_a_chain_that_was_sealed_anew_is_found_by_a_root_that_was_fetched_before(sealed, client, tmp_path, capsys):
    """Whoever has database and keyring leaves a chain that fits in itself; another machine's copy of the root does not."""
    kept = tmp_path / "roots.jsonl"
    kept.write_bytes(client.get("/health/roots").content)
    call_command("ledger", "verify", "--roots", str(kept))
    assert capsys.readouterr().out.rstrip().endswith("sound")
    as_superuser(TAMPERED["another amount"], sealed[4])
    as_superuser("DELETE FROM ledger_day_root")
    as_superuser("DELETE FROM ledger_block")
    until_finished()
    seal()
    assert verify().is_sound
    with pytest.raises(SystemExit):
        call_command("ledger", "verify", "--roots", str(kept))
    assert "NOT SOUND" in capsys.readouterr().out


def test_the_night_carries_roots_out_and_the_doctor_finds_a_chain_sealed_anew(sealed, tmp_path, monkeypatch):
    kept = tmp_path / "roots.jsonl"
    monkeypatch.setattr(carrying, "kept_file", lambda: kept)
    monkeypatch.setattr(trail, "kept_file", lambda: kept)
    carry_roots()
    assert kept.read_text().count('"chain": "ledger"') == 1
    assert trail.check_carried_roots().verdict == Verdict.OK
    as_superuser(TAMPERED["another amount"], sealed[4])
    as_superuser("DELETE FROM ledger_day_root")
    as_superuser("DELETE FROM ledger_block")
    until_finished()
    seal()
    assert verify().is_sound
    assert trail.check_carried_roots().verdict == Verdict.FAIL
    carry_roots()
    assert trail.check_carried_roots().verdict == Verdict.FAIL, "what was kept is not forgotten by a new root"
    kept.write_text("nonsense\n")
    assert trail.check_carried_roots().verdict == Verdict.FAIL


def test_a_broken_file_of_roots_proves_nothing(sealed, tmp_path):
    kept = tmp_path / "roots.jsonl"
    kept.write_text('{"chain": "ledger"}\n')
    with pytest.raises(CommandError, match="line 1"):
        call_command("ledger", "verify", "--roots", str(kept))


@pytest.mark.parametrize("chain_name", ["ledger", "audit"])
@pytest.mark.parametrize("held", ["", '{"chain": "elsewhere", "root": "1:00"}\n'])
def test_a_file_that_holds_no_root_of_the_chain_is_refused(sealed, tmp_path, chain_name, held):
    """Compared with nothing, a chain that was sealed anew would pass."""
    kept = tmp_path / "roots.jsonl"
    kept.write_text(held)
    with pytest.raises(CommandError, match=f"no root of the chain {chain_name}"):
        call_command(chain_name, "verify", "--roots", str(kept))


def chain_content(block: Block) -> str:
    return content_of(CHAIN, block)[1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_block SET rows = rows + 1",
        "DELETE FROM ledger_block",
        "TRUNCATE ledger_block",
        "UPDATE ledger_transfer SET xid = xid + 1",
        "UPDATE ledger_day_root SET root = repeat('0', 64)",
        "DELETE FROM ledger_day_root",
    ],
)
def test_the_database_refuses_changes_of_seals(statement, sealed):
    root_days(until=campus_today() + timedelta(days=1))
    with pytest.raises(DatabaseError, match="refused"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("member", ["xid", "era"])
def test_a_row_cannot_say_by_itself_when_it_was_written(member, books):
    statement = (  # the member is one of the two above
        f"INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, {member}) "  # noqa: S608
        "VALUES (1, now(), 'forged', %s, %s, 5, 7)"
    )
    with pytest.raises(DatabaseError, match="by itself"), connection.cursor() as cursor:
        cursor.execute(statement, [books["cash"], books["wallet"]])


def test_a_forged_era_of_the_session_is_refused(books):
    with connection.cursor() as cursor:
        cursor.execute("SET ledger.era = '7'")
        try:
            with pytest.raises(DatabaseError, match="by itself"):
                post(books, 1)
        finally:
            cursor.execute("RESET ledger.era")


def test_a_late_commit_does_not_slip_by(books):
    """An older transaction is still open while a younger one is done: the seal waits, nobody else does."""
    settings = connection.get_connection_params()
    names = {key: settings[key] for key in ("host", "port", "user", "password", "dbname") if settings.get(key)}
    with psycopg.connect(**names) as late:
        late.execute(
            "INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen) "
            "VALUES (1, now(), 'late', %s, %s, 5)",
            [books["cash"], ledger.open_accounts([ledger.AccountOrder(code="w2", name="二", kind="liability")])["w2"]],
        )
        post(books, 3)
        seal()
        assert verify().waiting == 3
        late.commit()
    post(books, 1)
    until_finished()
    seal()
    found = verify()
    assert (found.rows, found.waiting, found.is_sound) == (5, 0, True)


def test_a_day_gets_its_root_when_it_is_over_and_once(sealed):
    assert root_days() == []
    tomorrow = campus_today() + timedelta(days=1)
    (day,) = root_days(until=tomorrow)
    assert root_days(until=tomorrow) == []
    assert (day.first_number, day.last_number) == (1, 3)
    assert day.root == merkle.root_of(
        "sha256", [merkle.leaf("sha256", b.seal) for b in Block.objects.order_by("number")]
    )
    assert verify().is_sound
    as_superuser("UPDATE ledger_day_root SET root = repeat('0', 64)")
    assert not verify().is_sound


def test_the_chinese_algorithm_seals_too(books, monkeypatch):
    monkeypatch.setattr(chain, "chosen_algorithm", lambda: "sm3")
    post(books, 3)
    until_finished()
    seal()
    root_days(until=campus_today() + timedelta(days=1))
    assert verify().is_sound
    assert Block.objects.get().algorithm == DayRoot.objects.get().algorithm == "sm3"


def test_the_nightly_look_stays_as_a_note_and_the_doctor_reads_it(sealed):
    assert verify_and_note(is_whole=False).faults == []
    assert checks.seals_hold().verdict == Verdict.OK
    as_superuser(TAMPERED["another amount"], sealed[3])
    assert verify_and_note(is_whole=True).faults
    assert checks.seals_hold().verdict == Verdict.FAIL
    assert Check.objects.count() == 2


def test_the_commands_tell_and_fail_where_something_was_touched(sealed, tmp_path):
    out = StringIO()
    call_command("ledger", "verify", stdout=out)
    assert "sound" in out.getvalue()
    root_days(until=campus_today() + timedelta(days=1))
    call_command("ledger", "roots", out=str(tmp_path / "roots.txt"), stdout=out)
    assert DayRoot.objects.get().root in (tmp_path / "roots.txt").read_text("utf-8")
    as_superuser(TAMPERED["a deleted row"], sealed[0])
    with pytest.raises(SystemExit):
        call_command("ledger", "verify", stdout=out)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13])
def test_every_leaf_has_a_path_to_the_root(count):
    leaves = [merkle.leaf("sha256", str(number)) for number in range(count)]
    levels, root = merkle.levels_of("sha256", leaves), merkle.root_of("sha256", leaves)
    for place, one in enumerate(leaves):
        assert merkle.climb("sha256", one, merkle.path_to(levels, place)) == root
    assert root != merkle.climb("sha256", merkle.leaf("sha256", "x"), merkle.path_to(levels, 0))
