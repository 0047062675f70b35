"""The audit log is sealed: whoever changes, deletes, inserts or reorders rows behind its back is found, also off line."""

import gzip
import json
import subprocess
import sys
import time
from datetime import timedelta
from io import StringIO
from random import Random

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import IntegrityError

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.audit import verify_audit
from nanhu.kernel.audit.archive import VERIFIER, archive, export_lines
from nanhu.kernel.audit.sealing import CHAIN, seal
from nanhu.kernel.audit.verification import verify, verify_and_note
from nanhu.kernel.audit.verify_audit import sm3
from nanhu.kernel.clock import now
from nanhu.kernel.doctor.checks.trail import check_audit_seals
from nanhu.kernel.models import AuditBlock, AuditCheck, AuditEntry
from nanhu.kernel.sealing import chain
from nanhu.kernel.sealing.chain import seal_of
from nanhu.kernel.sealing.lines import Digest
from nanhu.kernel.sealing.verification import content_of
from nanhu.testing.finished import until_finished
from nanhu.testing.patience import PATIENCE_SECONDS

CLERK = Actor(account_id=7, name="陈丽华", address="10.0.0.8")
pytestmark = pytest.mark.django_db(transaction=True)


def deeds(count: int, *, prefix: str = "card") -> None:
    """Each in a transaction of its own."""
    for number in range(count):
        audit.record(by=CLERK, action="card.report_lost", target=f"{prefix}:{number}", facts={"费": 1.50, "n": number})


def as_superuser(statement: str, *arguments: object) -> None:
    """Past every trigger, as only the owner of the server can."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, arguments)


@pytest.fixture
def sealed() -> list[AuditEntry]:
    """Twelve rows in three blocks."""
    deeds(12)
    until_finished()
    assert seal(block_rows=5) == 3
    assert verify().is_sound
    return list(AuditEntry.objects.order_by("id"))


def test_rows_are_sealed_once_and_in_a_chain(sealed) -> None:
    blocks = list(AuditBlock.objects.order_by("number"))

    assert [block.rows for block in blocks] == [5, 5, 2]
    assert [block.previous for block in blocks] == ["0" * 64, blocks[0].seal, blocks[1].seal]
    assert seal() == 0, "nothing new"
    found = verify()
    assert (found.blocks, found.rows, found.waiting, found.root) == (3, 12, 0, blocks[2].seal)


TAMPERED = {
    "a changed reason": "UPDATE kernel_audit_entry SET reason = 'nothing' WHERE id = %s",
    "a changed fact": "UPDATE kernel_audit_entry SET facts = jsonb_set(facts, '{n}', '99') WHERE id = %s",
    "a changed actor": "UPDATE kernel_audit_entry SET actor = '别人', account_id = 8 WHERE id = %s",
    "another time": "UPDATE kernel_audit_entry SET at = at - interval '1 microsecond' WHERE id = %s",
    "a deleted row": "DELETE FROM kernel_audit_entry WHERE id = %s",
    "an inserted row": """INSERT INTO kernel_audit_entry
        (id, at, account_id, actor, address, action, target, reason, facts, era, xid)
        SELECT id + 1000, at, account_id, actor, address, action, target, reason, facts, era, xid
          FROM kernel_audit_entry WHERE id = %s""",
    "a row moved to another era": "UPDATE kernel_audit_entry SET era = 5 WHERE id = %s",
}


@pytest.mark.parametrize("how", TAMPERED)
@pytest.mark.parametrize("which", [0, 4, 11])
def test_what_a_superuser_does_to_a_row_is_found(how: str, which: int, sealed) -> None:
    as_superuser(TAMPERED[how], sealed[which].pk)

    until_finished()
    seal()  # even if the sealer runs meanwhile
    found = verify()
    assert not found.is_sound, how


def test_reordering_is_found(sealed) -> None:
    """Two rows change places, with everything that says where they stand."""
    first, second = sealed[1].pk, sealed[2].pk
    as_superuser("UPDATE kernel_audit_entry SET id = -1 WHERE id = %s", first)
    as_superuser("UPDATE kernel_audit_entry SET id = %s WHERE id = %s", first, second)
    as_superuser("UPDATE kernel_audit_entry SET id = %s WHERE id = -1", second)

    assert not verify().is_sound


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM kernel_audit_block WHERE number = 2",
        "UPDATE kernel_audit_block SET number = number + 10 WHERE number = 3",
        "UPDATE kernel_audit_block SET rows = 4 WHERE number = 1",
        "UPDATE kernel_audit_block SET removed_at = now(), archived_at = now(), archive = 'x' WHERE number = 1",
    ],
)
def test_a_touched_block_is_found(statement: str, sealed) -> None:
    as_superuser("DELETE FROM kernel_audit_entry WHERE id <= %s", sealed[4].pk)
    as_superuser(statement)

    assert not verify().is_sound


def test_a_chain_forged_anew_without_the_keyring_is_found(sealed) -> None:
    """The block's row, digest and seal are all made to fit each other; the witness cannot be."""
    root = AuditBlock.objects.get(number=3)
    as_superuser("UPDATE kernel_audit_entry SET reason = 'nothing' WHERE id = %s", sealed[11].pk)
    forged = forged_seals(root)
    as_superuser("UPDATE kernel_audit_block SET digest = %s, seal = %s WHERE number = 3", *forged)

    assert not verify().is_sound
    assert not verify(root=f"3:{root.seal}").is_sound, "nor does it fit the root that was noted"


def forged_seals(block: AuditBlock) -> tuple[str, str]:
    block.digest = content_of(CHAIN, block)[1]
    return block.digest, seal_of(block)


def test_a_root_noted_elsewhere_must_stand_in_the_chain(sealed) -> None:
    block = AuditBlock.objects.get(number=2)

    assert verify(root=f"2:{block.seal}").is_sound
    assert not verify(root=f"2:{'0' * 64}").is_sound
    assert not verify(root="x").is_sound


def test_a_late_commit_does_not_slip_by() -> None:
    """An older transaction is still open while a younger one is done: the seal waits, nobody else does."""
    with psycopg.connect(**plain_parameters()) as late:
        late.execute(
            "INSERT INTO kernel_audit_entry (at, actor, address, action, target, reason, facts)"
            " VALUES (now(), 'late', '', 'test.late', 'lamp:1', '', '{}')"
        )
        deeds(3)
        assert seal() == 0
        assert verify().waiting == 3
        late.commit()
    deeds(1)

    until_finished()
    assert seal() == 1
    assert AuditBlock.objects.get().rows == 5
    assert verify().is_sound
    assert verify().waiting == 0


def plain_parameters() -> dict[str, object]:
    wanted = connection.get_connection_params()
    return {name: wanted[name] for name in ("dbname", "user", "password", "host", "port") if wanted.get(name)}


def test_a_row_that_is_dated_back_is_found(sealed) -> None:
    """Written today as if it had been there the week before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_audit_entry (at, actor, address, action, target, reason, facts)"
            " VALUES (now() - interval '7 days', 'x', '', 'test.x', 'lamp:1', '', '{}')"
        )
    until_finished()
    seal()

    assert not verify().is_sound


def test_only_one_seals_at_a_time() -> None:
    deeds(2)
    with psycopg.connect(**plain_parameters()) as other:
        other.execute("SELECT pg_advisory_xact_lock(7201903)")
        assert seal() == 0
    until_finished()
    assert seal() == 1


def test_work_in_another_database_of_the_server_holds_nothing_back() -> None:
    with psycopg.connect(**plain_parameters() | {"dbname": "postgres"}) as other:
        other.execute("SELECT pg_current_xact_id()")
        deeds(2)
        until_sealed()
    assert verify().is_sound


def until_sealed() -> None:
    """Beside a transaction of the test's own, for which `until_finished` would wait; others may hold a seal back for a while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while verify().waiting:
        assert time.monotonic() < deadline
        seal()


def test_a_writer_cannot_choose_his_place() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_audit_entry (at, actor, address, action, target, reason, facts, era, xid)"
            " VALUES (now(), 'x', '', 'test.x', 'lamp:1', '', '{}', 1, '1'::xid8) RETURNING era, xid::text::bigint"
        )
        era, xid = cursor.fetchone()
    assert era != 1
    assert xid != 1


def test_rows_of_a_restored_dump_keep_their_chain(sealed) -> None:
    """Another cluster counts its transactions anew: what came with the dump is an era of its own."""
    deeds(1)
    as_superuser("UPDATE kernel_audit_entry SET era = 42")  # as if they had been written elsewhere …
    as_superuser("DELETE FROM kernel_audit_block")
    seal(block_rows=5)  # … and sealed there
    before = AuditBlock.objects.count()
    deeds(2)

    until_finished()
    assert seal() == 1
    assert AuditBlock.objects.count() == before + 1
    assert AuditBlock.objects.values("era").distinct().count() == 2
    assert verify().is_sound


def test_a_block_is_kept_by_the_database(sealed) -> None:
    for statement in (
        "DELETE FROM kernel_audit_block",
        "UPDATE kernel_audit_block SET seal = previous",
        "TRUNCATE kernel_audit_block",
        "DELETE FROM kernel_audit_entry",
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert verify().rows == 12


def run_verifier(folder, lines: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    path = folder / "audit.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(path), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_an_export_is_checked_off_line_by_python_alone(sealed, tmp_path) -> None:
    lines = list(export_lines(AuditBlock.objects.order_by("number")))
    root = AuditBlock.objects.get(number=3)

    sound = run_verifier(tmp_path, lines, "--root", f"3:{root.seal}")
    assert (sound.returncode, sound.stdout) == (0, f"3 blocks, 12 rows, root 3:{root.seal}\nsound\n")
    assert json.loads(lines[2])["actor"] == "陈丽华"

    for forged in (
        [line.replace("card:1", "card:7") for line in lines],
        lines[:3] + lines[4:],
        [*lines[:3], lines[3], *lines[3:]],
        [*lines[:2], lines[3], lines[2], *lines[4:]],
        lines[:1] + lines[7:],
    ):
        anchored = ["--root", f"1:{AuditBlock.objects.get(number=1).seal}"]
        assert run_verifier(tmp_path, forged, *anchored).returncode == 1


def test_without_a_root_from_elsewhere_nothing_is_called_sound(sealed, tmp_path) -> None:
    lines = list(export_lines(AuditBlock.objects.order_by("number")))
    alone = run_verifier(tmp_path, lines)
    assert (alone.returncode, "UNANCHORED" in alone.stdout, "\nsound" in alone.stdout) == (2, True, False)
    middle = run_verifier(tmp_path, lines, "--root", f"1:{AuditBlock.objects.get(number=1).seal}")
    assert (middle.returncode, "blocks after 1 are UNANCHORED" in middle.stdout) == (0, True)
    for root in ("", "1:", "x", f"9:{'0' * 64}", f"1:{'0' * 64}", "1" * 400 + ":" + "0" * 64):
        said = run_verifier(tmp_path, lines, "--root", root)
        assert (said.returncode, said.stdout.endswith("NOT SOUND\n"), said.stderr) == (1, True, ""), root
        with pytest.raises(SystemExit):
            call_command("audit", "verify", root=root, stdout=StringIO())
    out = StringIO()
    call_command("audit", "verify", stdout=out)
    assert "UNANCHORED" in out.getvalue()


def test_the_roots_that_another_machine_fetched_are_compared(sealed, client, tmp_path, capsys) -> None:
    kept = tmp_path / "roots.jsonl"
    kept.write_bytes(client.get("/health/roots").content)
    call_command("audit", "verify", "--roots", str(kept))
    assert capsys.readouterr().out.endswith("\nsound\n")
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(b"\x00\xf3\n")
    for unreadable in (tmp_path / "none.jsonl", tmp_path, broken):
        with pytest.raises(CommandError, match="this file cannot be read"):
            call_command("audit", "verify", "--roots", str(unreadable))
    last = AuditBlock.objects.get(number=3)
    kept.write_text(kept.read_text().replace(last.seal, "0" * 64))
    with pytest.raises(SystemExit):
        call_command("audit", "verify", "--roots", str(kept))
    assert capsys.readouterr().out.endswith("NOT SOUND\n")


def test_whatever_an_export_is_made_of_the_answer_is_not_sound_and_never_a_traceback(sealed, tmp_path, capsys) -> None:
    path, last = tmp_path / "audit.jsonl", AuditBlock.objects.get(number=3)
    whole = "".join(f"{line}\n" for line in export_lines(AuditBlock.objects.order_by("number"))).encode()

    def verdict(content: bytes, name: str = "audit.jsonl") -> tuple[int, str]:
        (tmp_path / name).write_bytes(content)
        return verify_audit.main([str(tmp_path / name), "--root", f"3:{last.seal}"]), capsys.readouterr().out

    assert verdict(whole)[0] == 0
    choice = Random(8)
    flips = [(choice.randrange(len(whole)), 1 << choice.randrange(8)) for _time in range(200)]
    broken = [whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :] for place, bit in flips]
    broken += [whole[: choice.randrange(len(whole))] for _time in range(40)]
    broken += [
        whole.replace(b'"rows":5', b'"rows":' + one)
        for one in (b"5.0", b"true", b'"5"', b"null", b"[]", b"NaN", b"9" * 5000)
    ]
    broken += [b"", b"\n", b"null\n", b"[" * 100_000 + b"\n", b"\xff\n", b'{"format":"nanhu-audit-1"}\n', b"x" * 1000]
    for content in broken:
        code, said = verdict(content)
        assert (code, said.endswith("NOT SOUND\n")) == (1, True), content[:80]
        assert "FAULT" in said
    assert verdict(gzip.compress(whole)[:-9], "audit.jsonl.gz")[0] == 1
    assert verify_audit.main([str(path / "nothing")]) == 1
    assert verify_audit.main([]) == 1


def test_the_chinese_algorithms_seal_and_are_checked_too(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(chain, "chosen_algorithm", lambda: "sm3")
    deeds(3)
    until_finished()
    seal()

    assert verify().is_sound
    lines, seal_of_all = list(export_lines(AuditBlock.objects.all())), AuditBlock.objects.get().seal
    assert run_verifier(tmp_path, lines, "--root", f"1:{seal_of_all}").returncode == 0
    as_superuser("UPDATE kernel_audit_entry SET reason = 'nothing'")
    assert not verify().is_sound


def test_the_verifiers_own_sm3_gives_the_standards_example() -> None:
    """GB/T 32905-2016, A.1 and a text longer than a block."""
    assert sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    digest = Digest("sm3")
    digest.add("湖" * 100)
    assert sm3(("湖" * 100 + "\n").encode()) == digest.hex()


def test_old_blocks_leave_only_into_a_checked_archive(sealed, tmp_path) -> None:
    assert archive(by=CLERK, folder=tmp_path) is None, "too young"
    age(days=200)
    assert archive(by=CLERK, folder=tmp_path) is None, "the setting keeps a year"
    age(days=400)

    path = archive(by=CLERK, folder=tmp_path)

    assert path is not None
    assert AuditEntry.objects.filter(action="card.report_lost").count() == 0
    assert AuditEntry.objects.get().facts["file"] == path.name
    assert archive(by=CLERK, folder=tmp_path) is None, "once"
    deeds(1)
    until_finished()
    seal()
    assert verify().is_sound
    noted = AuditBlock.objects.filter(archive=path.name).order_by("-number").first()
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(path), "--root", f"{noted.number}:{noted.seal}"]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert path.stat().st_mode & 0o077 == 0


def age(*, days: int) -> None:
    """Write and seal the present rows as if it were long ago."""
    as_superuser("DELETE FROM kernel_audit_block")
    as_superuser("UPDATE kernel_audit_entry SET at = now() - make_interval(days => %s)", days)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nanhu.kernel.sealing.chain.now", lambda: now() - timedelta(days=days))
        until_finished()
        seal(block_rows=5)


def test_a_forged_block_is_not_archived(sealed, tmp_path) -> None:
    from nanhu.kernel.audit.archive import UnsoundBlockError

    age(days=400)
    as_superuser("UPDATE kernel_audit_entry SET reason = 'nothing' WHERE id = %s", sealed[0].pk)

    with pytest.raises(UnsoundBlockError):
        archive(by=CLERK, folder=tmp_path)
    assert AuditEntry.objects.count() == 12
    assert not list(tmp_path.glob("*.gz"))


def test_a_block_marked_as_archived_too_early_keeps_its_rows(sealed) -> None:
    AuditBlock.objects.update(archived_at=now(), archive="x.gz")

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_the_command_seals_verifies_and_exports(tmp_path) -> None:
    deeds(4)
    out = StringIO()
    for what in ("seal", "verify", "root"):
        call_command("audit", what, stdout=out)
    assert "1 blocks" in out.getvalue()
    assert "sound" in out.getvalue()
    call_command("audit", "export", "--out", str(tmp_path / "a.jsonl"), stdout=out)
    assert len((tmp_path / "a.jsonl").read_text("utf-8").splitlines()) == 6

    as_superuser("UPDATE kernel_audit_entry SET reason = 'nothing'")
    with pytest.raises(SystemExit):
        call_command("audit", "verify", stdout=out)
    assert "FAULT" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("audit", "nonsense", stdout=out)


def test_the_night_looks_on_from_where_it_was_sound_and_the_doctor_tells(sealed) -> None:
    assert check_audit_seals().verdict != "fail"
    verify_and_note(is_whole=False)
    deeds(1)
    until_finished()
    seal()
    assert verify_and_note(is_whole=False).from_number == 4
    assert check_audit_seals().verdict == "ok"

    as_superuser("UPDATE kernel_audit_entry SET reason = 'nothing'")
    verify_and_note(is_whole=True)
    assert check_audit_seals().verdict == "fail"
    assert verify_and_note(is_whole=False).from_number == 1, "a fault is looked at from the beginning"
    assert AuditCheck.objects.count() == 4


def test_the_doctor_tells_when_nothing_is_sealed(monkeypatch) -> None:
    deeds(1)
    as_superuser("UPDATE kernel_audit_entry SET at = now() - %s::interval", timedelta(hours=1))
    assert check_audit_seals().verdict == "fail"
