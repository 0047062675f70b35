"""What makes a test one with a date in it: its text, its fixtures, the helpers and constants it names; nothing else."""

import pytest

pytest_plugins = ["pytester"]
HELPERS = """
import time

YESTERDAY = "the day before this one"
PLAIN = 1

class Till:
    def __init__(self):
        self.rows = []

    def pay(self):
        return time.time()

    def count(self):
        return len(self.rows)

    def pay_twice(self):
        return self.pay()

def long_ago():
    return time.time() - 1

def far_away():
    return long_ago()

def nothing():
    return PLAIN
"""
FIXTURES = """
import time

import pytest

@pytest.fixture
def moment():
    return time.time()

@pytest.fixture
def order(moment):
    return moment

@pytest.fixture
def plain():
    return 1
"""
CASES = {
    "def test(): datetime": True,
    "def test(): assert campus_today()": True,
    "def test(): assert 1": False,
    "def test(plain): assert plain": False,
    "def test(moment): assert moment": True,
    "def test(order): assert order": True,
    "@pytest.mark.usefixtures('order')\ndef test(): assert 1": True,
    "def test(): assert nothing()": False,
    "def test(): assert long_ago()": True,
    "def test(): assert far_away()": True,
    "def test(): assert YESTERDAY": True,
    "def test(): assert helpers.PLAIN": False,
    "def test(): assert helpers.far_away()": True,
    "def test(): assert Till().count() == 0": False,
    "def test(): assert Till().pay()": True,
    "def test(): assert Till().pay_twice()": True,
    "TODAY = 1\ndef test(): assert TODAY": True,
    "LIMIT = timedelta(days=1)\ndef test(): assert LIMIT": True,
    "LIMIT = timedelta(days=1)\ndef test(): assert 1": False,
    "@pytest.mark.parametrize('day', [date.today()])\ndef test(day): assert day": True,
    "def test(): assert date(2026, 9, 1)": True,
    "def test(): assert '2026-12-04'": True,
    "def test(): assert date(*words)": False,
    "def test(): assert 2026": False,
    "def test(): assert Popen(['date', '2026-12-04'])": False,
}
CHOOSER = """
import pytest
from nanhu.testing import dated

def pytest_collection_modifyitems(items):
    for item in items:
        print("CHOSEN", item.name, dated.is_dated(item))
"""
HEAD = """
import time
from datetime import date, timedelta

import pytest
from tests import helpers
from tests.helpers import PLAIN, YESTERDAY, Till, far_away, long_ago, nothing
"""


@pytest.fixture
def chosen(pytester):
    """By an own run of pytest, which only collects: the name of each test and whether it has a date in it."""

    def collect(bodies):
        folder = pytester.mkpydir("tests")
        (folder / "helpers.py").write_text(HELPERS)
        (folder / "conftest.py").write_text(FIXTURES)
        for number, body in enumerate(bodies):
            (folder / f"test_{number}.py").write_text(HEAD + body.replace("def test(", f"def test_{number}("))
        pytester.makeconftest(CHOOSER)
        said = pytester.runpytest_subprocess(
            "--collect-only", "-q", "-p", "no:randomly", "-c", "/dev/null", "--rootdir=."
        )
        rows = [line.split() for line in said.outlines if line.startswith("CHOSEN")]
        return {int(name.partition("_")[2].partition("[")[0]): is_dated == "True" for _word, name, is_dated in rows}

    return collect


def test_a_test_is_dated_by_whatever_it_reaches_among_the_tests(chosen):
    found = chosen(CASES)
    assert {body: found.get(number) for number, body in enumerate(CASES)} == CASES
