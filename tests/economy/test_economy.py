"""What all tests share is shared: the browser, Hypothesis' profile, cheap hashes, and no watch beside a test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from nanhu.platforms.identity import hashing
from nanhu.platforms.identity.models import SsoSession
from nanhu.systems.card.tests.conftest import CAST, PASSWORD, bring_in_the_cast
from nanhu.testing.economy_plugin import PROFILE

ROOT = Path(__file__).parents[2]
TESTS = [*ROOT.glob("tests/**/*.py"), *ROOT.glob("src/nanhu/**/tests/**/*.py")]
SHARED = [*ROOT.glob("src/nanhu/testing/**/*.py")]
ELSEWHERE = re.compile(
    r"deadline=(?:None|\d)|suppress_health_check=|chromium\.launch|sync_playwright\(\)|\.wait_for_function\("
)
CLOCK = r"(?:time\.)?(?:monotonic|perf_counter|time)\(\)"
NOW = r"(?:monotonic|perf_counter|process_time|time|now)\(\)"
WATCH = re.compile(
    rf"assert {CLOCK} - \w+ <|assert (?:took|spent|elapsed) <|(?:took|spent|elapsed) = {CLOCK} -"
    rf"|assert .*(?:{NOW} - |- [\w.]*{NOW}).*<=? (?:\d|\w*\.?timedelta\((?:micro|milli)?(?:seconds|minutes)=)"
    r"|perf_counter\(\)"
    rf"|assert abs\(.*\) <=? \w*\.?timedelta\((?:micro|milli)?seconds="
)
BRIEF_SECONDS = 1
"""A poll, or a wait that is meant to end in vain; whatever is longer guards against hanging and is PATIENCE_SECONDS."""
WAITED = {"wait": 0, "join": 0, "result": 0, "settimeout": 0, "wait_for": 1}
"""The place of the time among the unnamed arguments."""

MAY_WAIT = re.compile(
    r"\b(?:monotonic|perf_counter|wait_for)\b"
    r"|(?:\b(?:timeout|patience|seconds)\s*=|\b(?:wait|join|result|settimeout)\s*\()(?:\s|\(|#.*)*\d"
)
"""Any number of seconds stands like this; a text without one need not be parsed."""


def faults_of(text: str, forbidden: re.Pattern[str]) -> list[str]:
    return [line.strip() for line in text.splitlines() if forbidden.search(line)]


def own_waits(text: str) -> Iterator[str]:
    """Waits of more than a moment whose end is a number of their own."""
    if MAY_WAIT.search(text) is None:
        return
    for node in ast.walk(ast.parse(text)):
        if any(isinstance(one, ast.Constant) and is_long(one.value) for one in times_in(node)):
            yield ast.unparse(node)


def is_long(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > BRIEF_SECONDS


def times_in(node: ast.AST) -> list[ast.expr]:
    """What says in this piece of the program how long is waited."""
    match node:
        case ast.BinOp(left=ast.Call(func=func), op=ast.Add(), right=right):
            return [right] if name_of(func) in {"monotonic", "perf_counter"} else []
        case ast.Call(func=func, args=given, keywords=named):
            name = name_of(func)
            names = {"timeout", "patience", *(["seconds"] if name in {"fetch", "send"} else [])}
            place = WAITED.get(name)
            unnamed = given[place : place + 1] if place is not None else []
            return [*unnamed, *(one.value for one in named if one.arg in names)]
    return []


def surviving(text: str) -> Iterator[str]:
    """Processes that run on when whoever started them is killed."""
    if "Popen" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=func, args=[ast.Call(func=first), *_]) if name_of(first) == "dying_with_parent":
                continue
            case ast.Call(func=func) if name_of(func) == "Popen":
                yield ast.unparse(node)


def name_of(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


@pytest.mark.parametrize("forbidden", [ELSEWHERE, WATCH], ids=["settings of its own", "a timed assertion"])
def test_no_test_has(forbidden):
    found = {path: faults_of(path.read_text(), forbidden) for path in TESTS if path != Path(__file__)}
    assert {str(path): lines for path, lines in found.items() if lines} == {}


def test_no_wait_of_a_test_is_tuned_to_an_idle_machine():
    found = {str(path): list(own_waits(path.read_text())) for path in (*TESTS, *SHARED)}
    assert {path: waits for path, waits in found.items() if waits} == {}


@pytest.mark.parametrize(
    "line",
    [
        "    assert time.monotonic() - begun < 5",
        "assert took < 2, took",
        "spent = time.perf_counter() - start",
        "took[done].append(time.perf_counter() - begun)",
        'assert abs(told["server_time"] - time.time()) < 5',
        "assert now() - door.said_at < timedelta(seconds=10)",
        "assert abs(due - frozen.created_at - timedelta(hours=72)) < timedelta(seconds=5)",
        "assert (now() - begun).total_seconds() < 2",
        "assert 240 < (end - now()).total_seconds() <= 300",
        "assert abs(held - time.time() - 1800) < 30",
        "assert now() - ended.ended_at < timedelta(minutes=5)",
    ],
)
def test_a_timed_assertion_is_seen(line):
    assert faults_of(line, WATCH)


@pytest.mark.parametrize("line", ["assert time.monotonic() < deadline", "assert begun <= door.said_at <= now()"])
def test_a_deadline_and_two_moments_around_a_third_are_none(line):
    assert not faults_of(line, WATCH)


def test_what_a_test_or_benchmark_starts_dies_with_it():
    files = (*TESTS, *ROOT.glob("bench/**/*.py"))
    found = {str(path): list(surviving(path.read_text())) for path in files}
    assert {path: calls for path, calls in found.items() if calls} == {}


@pytest.mark.parametrize("line", ["Popen(command)", "subprocess.Popen(['sleep', '600'])", "Popen(args=command)"])
def test_a_process_that_outlives_a_killed_test_is_seen(line):
    assert list(surviving(line))


def test_one_that_dies_with_its_parent_is_none():
    assert not list(surviving("subprocess.Popen(dying_with_parent(command, user=owner), stdout=log)"))


@pytest.mark.parametrize(
    "line",
    [
        "read.wait(5)",
        "thread.join(timeout=2)",
        "one.result(timeout=10)",
        "line.settimeout(3)",
        "process.communicate(timeout=10)",
        "asyncio.wait_for(queue.decide(row), 5)",
        "requests.get(url, timeout=60)",
        "deadline = time.monotonic() + 10",
        "expect(page).to_contain_text('充值成功', timeout=15_000)",
        "client.verify(word, encoded, patience=5)",
        "fetch(call, seconds=2, largest=1000)",
    ],
)
def test_a_wait_with_a_number_of_its_own_is_seen(line):
    assert list(own_waits(line))


@pytest.mark.parametrize(
    "line",
    [
        "read.wait(PATIENCE_SECONDS)",
        "done.wait(0.3)",
        "second.result(timeout=0.7)",
        "thread.join()",
        "'-'.join(words)",
        "timedelta(seconds=60)",
        "deadline = time.monotonic() + PATIENCE_SECONDS",
    ],
)
def test_patience_a_poll_and_a_wait_in_vain_are_none(line):
    assert not list(own_waits(line))


@given(number=st.integers())
def test_hypothesis_runs_by_the_profile_of_all(number):
    assert settings.get_current_profile_name() == PROFILE
    assert settings().deadline is None


def test_a_hash_is_cheap_here_and_still_argon2():
    assert hashing.hash_secret("x").startswith("argon2$argon2id$v=19$m=8,t=1,p=1$")


@pytest.mark.django_db
def test_a_session_opened_directly_is_the_one_the_door_opens():
    cast = bring_in_the_cast()
    direct, door = cast.client("student"), Client()
    assert door.post("/sign-in", {"username": CAST["student"][2], "password": PASSWORD}).status_code == 302
    first, second = SsoSession.objects.order_by("pk")
    for name in ("account_id", "campus_no", "methods", "address", "second_factor_at"):
        assert getattr(first, name) == getattr(second, name), name
    assert direct.get("/card/").status_code == door.get("/card/").status_code == 200
    assert set(direct.session.keys()) == set(door.session.keys()) - {"identity.after_setup"}
