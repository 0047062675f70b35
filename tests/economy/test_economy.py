"""What all tests share is shared: the browser, Hypothesis' profile, cheap hashes, and no watch beside a test."""

import re
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
ELSEWHERE = re.compile(r"deadline=(?:None|\d)|suppress_health_check=|chromium\.launch|sync_playwright\(\)")
CLOCK = r"(?:time\.)?(?:monotonic|perf_counter|time)\(\)"
WATCH = re.compile(rf"assert {CLOCK} - \w+ <|assert (?:took|spent|elapsed) <|(?:took|spent|elapsed) = {CLOCK} -")


def faults_of(text: str, forbidden: re.Pattern[str]) -> list[str]:
    return [line.strip() for line in text.splitlines() if forbidden.search(line)]


@pytest.mark.parametrize("forbidden", [ELSEWHERE, WATCH], ids=["settings of its own", "a timed assertion"])
def test_no_test_has(forbidden):
    found = {path: faults_of(path.read_text(), forbidden) for path in TESTS if path != Path(__file__)}
    assert {str(path): lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line", ["    assert time.monotonic() - begun < 5", "assert took < 2, took", "spent = time.perf_counter() - start"]
)
def test_a_timed_assertion_is_seen(line):
    assert faults_of(line, WATCH)


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
