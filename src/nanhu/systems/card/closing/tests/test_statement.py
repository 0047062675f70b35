"""The signed statement: what the holder downloads checks off line, and any field that is touched is found."""

import copy
import json
import subprocess
import sys
from datetime import timedelta
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command

from nanhu.kernel.clock import campus_today
from nanhu.platforms.ledger import verify_statement
from nanhu.platforms.ledger.models import DayRoot, SigningKey
from nanhu.platforms.ledger.services.sealing import root_days, seal
from nanhu.platforms.ledger.verify_statement import canonical, chain_faults, faults_of, is_signed, main, money_faults
from nanhu.systems.card.tests.conftest import bring_in_the_cast, queries_of
from nanhu.testing.finished import until_finished

PAGE = "/card/closing/statement/"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus(transactional_db):
    campus = bring_in_the_cast()
    campus.top_up("student", 5000)
    campus.top_up("teacher", 9000)
    for fen in (1250, 800, 75):
        assert campus.pay("student", fen) == "posted"
        assert campus.pay("teacher", fen + 1) == "posted"
    until_finished()
    seal(block_rows=3)
    root_days(until=campus_today() + timedelta(days=1))
    campus.pay("student", 10)
    return campus


def downloaded(campus, part: str = "student") -> dict:
    answer = campus.client(part).get(f"{PAGE}statement.json")
    assert answer["Content-Disposition"].startswith("attachment")
    return json.loads(answer.content)


def resigned(document: dict) -> dict:
    """As the school itself would sign it: what is wrong must be found by the rows and the chain."""
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SigningKey.objects.get().private))
    return document | {"signature": private.sign(canonical(document).encode()).hex()}


def test_what_is_downloaded_is_sound_and_adds_up(campus):
    document = downloaded(campus)
    assert faults_of(document, key=SigningKey.objects.get().public) == []
    assert (document["opening_fen"], document["closing_fen"]) == (0, 5000 - 1250 - 800 - 75 - 10)
    assert [row["fen"] for row in document["rows"]] == [5000, -1250, -800, -75, -10]
    assert [row["block"] is None for row in document["rows"]] == [False] * 4 + [True]
    assert document["rows"][1]["merchant"] == "自选快餐"
    assert document["rows"][1]["terminal"] == "N1001"
    assert all("day" in block for block in document["blocks"].values())


def test_the_verifier_runs_with_python_alone_and_knows_roots_kept_elsewhere(campus, tmp_path):
    document, script = tmp_path / "statement.json", tmp_path / "verify_statement.py"
    document.write_bytes(campus.client("student").get(f"{PAGE}statement.json").content)
    script.write_bytes(campus.client("student").get(f"{PAGE}verify_statement.py").content)
    roots, key = tmp_path / "roots.txt", SigningKey.objects.get().public
    call_command("ledger", "roots", out=str(roots))

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(script), str(document), *more]
        return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")

    assert (run().returncode, run("--roots", str(roots)).returncode) == (2, 2)
    assert "UNANCHORED" in run().stdout
    assert "sound" not in run().stdout.replace("UNANCHORED", "")
    assert "another key" in run("--key", "0" * 64).stdout
    kept = roots.read_text("utf-8")
    foreign_root = "2020-01-01 blocks 1-1 sha256 " + "0" * 64 + "\n"
    assert run("--key", key, "--roots", str(roots)).returncode == 0
    roots.write_text(kept.replace(DayRoot.objects.get().root, "0" * 64), "utf-8")
    assert run("--roots", str(roots)).returncode == 1
    for foreign in ("", "\n\n", foreign_root, "no roots at all\n", "\udcff", kept + "no root\n"):
        roots.write_bytes(foreign.encode("utf-8", "surrogateescape"))
        said = run("--key", key, "--roots", str(roots))
        assert (said.returncode, said.stderr) == (1, ""), foreign
        assert said.stdout.endswith("NOT SOUND\n")
    for what in (["--key", ""], ["--key"], ["--roots", ""], ["--roots"]):
        assert run(*what).stdout.endswith("NOT SOUND\n"), what


@pytest.mark.parametrize(
    "held", ["", "\n\n", "no roots at all\n", f"2020-01-01 blocks 1-1 sha256 {'0' * 64}\nno root\n"]
)
def test_a_list_without_roots_is_none_also_where_nothing_is_sealed_yet(campus, tmp_path, capsys, held):
    """No block contradicts an empty list: it must be refused for itself."""
    document, roots = tmp_path / "statement.json", tmp_path / "roots.txt"
    document.write_bytes(campus.client("guest").get(f"{PAGE}statement.json").content)
    roots.write_text(held, "utf-8")
    key = SigningKey.objects.get().public
    assert main([str(document), "--key", key]) == 0
    assert main([str(document), "--key", key, "--roots", str(roots)]) == 1
    assert capsys.readouterr().out.endswith("NOT SOUND\n")


TWISTS = ("1.0", "true", '"1"', "null", "[]", "{}", "NaN", "1e999", "9" * 5000, "-0.0")


def test_whatever_a_statement_is_made_of_the_answer_is_not_sound_and_never_a_traceback(campus, tmp_path, capsys):
    whole, key = campus.client("student").get(f"{PAGE}statement.json").content, SigningKey.objects.get().public
    path = tmp_path / "statement.json"

    def verdict(content: bytes) -> tuple[int, str]:
        path.write_bytes(content)
        return main([str(path), "--key", key]), capsys.readouterr().out

    assert verdict(whole)[0] == 0
    choice = Random(8)
    flips = [
        whole[:n] + bytes([whole[n] ^ 1 << choice.randrange(8)]) + whole[n + 1 :] for n in choices(whole, 60, choice)
    ]
    cuts = [whole[:n] for n in choices(whole, 20, choice)]
    twisted = [
        whole.replace(
            b'"opening_fen": 0' if b'"opening_fen": 0' in whole else b'"opening_fen":0',
            b'"opening_fen":' + one.encode(),
        )
        for one in TWISTS
    ]
    strange = [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": "nanhu-statement-1"}',
        b'"\\ud800"',
        whole + whole,
    ]
    twice = whole.replace(b'"format"', b'"format": "nanhu-statement-1", "format"', 1)
    for content in (*flips, *cuts, *twisted, *strange, twice):
        code, said = verdict(content)
        assert code == 1, content[:80]
        assert said.startswith("FAULT")
        assert said.endswith("NOT SOUND\n")
    assert main([str(tmp_path / "nothing.json"), "--key", key]) == 1
    assert main([]) == 1


def test_a_file_without_an_end_is_not_read_to_its_end(monkeypatch, capsys):
    monkeypatch.setattr(verify_statement, "LARGEST_FILE", 100_000)
    assert main(["/dev/zero", "--key", "0" * 64]) == 1
    assert "too large" in capsys.readouterr().out


def choices(whole: bytes, count: int, choice: Random) -> list[int]:
    return [choice.randrange(len(whole)) for _time in range(count)]


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, place))
    else:
        yield path


def flipped(document: dict, path: tuple) -> dict:
    touched = copy.deepcopy(document)
    inner = touched
    for step in path[:-1]:
        inner = inner[step]
    old = inner[path[-1]]
    if isinstance(old, int) and not isinstance(old, bool):
        inner[path[-1]] = old + 1
    elif old is None:
        inner[path[-1]] = 1
    else:
        inner[path[-1]] = "x" if not old else ("0" if old[0] != "0" else "1") + old[1:]
    return touched


def test_every_flipped_field_is_found(campus):
    document = downloaded(campus)
    paths = list(leaves(document))
    assert len(paths) > 100
    assert [path for path in paths if not faults_of(flipped(document, path))] == []


WORDS = {
    "format",
    "school",
    "holder",
    "campus_no",
    "card",
    "made_at",
    "since",
    "until",
    "what",
    "merchant",
    "canteen",
    "terminal",
    "receipt",
    "public",
    "algorithm",
    "signature",
}


def test_money_and_proofs_are_held_by_the_chain_even_under_the_schools_own_signature(campus):
    """An insider with the signing key cannot make up rows: amounts, accounts, times and proofs hang together by the seals."""
    document = downloaded(campus)
    for path in leaves(document):
        if path[-1] in WORDS or path[0] == "signature" or path[:2] == ("rows", 4):
            continue
        touched = flipped(document, path)
        try:
            found = money_faults(touched) + chain_faults(touched, None)
        except (KeyError, TypeError, ValueError):
            continue
        assert found, path


def test_a_row_left_out_or_told_twice_is_found(campus):
    document = downloaded(campus)
    for rows in (document["rows"][1:], document["rows"][:1] + document["rows"], document["rows"][::-1]):
        assert faults_of(resigned(document | {"rows": rows}))


def test_a_statement_signed_by_somebody_else_is_found_by_the_schools_key(campus):
    document, forger = downloaded(campus), Ed25519PrivateKey.generate()
    document["holder"] = "别人"
    document["key"] = document["key"] | {"public": forger.public_key().public_bytes_raw().hex()}
    document["signature"] = forger.sign(canonical(document).encode()).hex()
    assert faults_of(document) == []
    assert faults_of(document, key=SigningKey.objects.get().public)


def test_our_ed25519_is_that_of_the_standard():
    """RFC 8032, 7.1, test 2."""
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert is_signed(public, b"\x72", signature)
    assert not is_signed(public, b"\x73", signature)
    assert not is_signed(public, b"\x72", signature[:-1] + b"\x10")


@pytest.mark.capability("A070.1")
def test_a_holder_sees_only_the_own_wallet_and_a_stranger_none(campus, client):
    mine, other = downloaded(campus), downloaded(campus, "teacher")
    assert {row["entry"] for row in mine["rows"]}.isdisjoint({row["entry"] for row in other["rows"]})
    assert client.get(f"{PAGE}statement.json").status_code in {302, 403}


def test_the_page_shows_balances_and_leads_to_the_file(campus):
    page = campus.client("student").get(PAGE).content.decode()
    assert all(word in page for word in ("期初余额", "¥ 28.65", "自选快餐", "待封印", "statement.json"))
    assert PAGE in campus.client("student").get("/card/transactions/").content.decode()
    assert queries_of(campus.client("student"), PAGE) <= 20


def test_a_range_that_is_too_long_is_refused(campus):
    assert campus.client("student").get(f"{PAGE}?first=2019-01-01").status_code == 409


def test_days_given_in_the_wrong_order_are_turned_round(campus):
    first, last = campus_today() - timedelta(days=2), campus_today()
    answer = campus.client("student").get(f"{PAGE}statement.json?first={last}&last={first}")
    assert f"statement-{first:%Y%m%d}-{last:%Y%m%d}.json" in answer["Content-Disposition"]
