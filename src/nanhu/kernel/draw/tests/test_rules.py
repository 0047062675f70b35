"""The rules of a draw: the published vector, a second implementation, and what no draw may ever do."""

import hashlib
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.draw import rules
from nanhu.kernel.draw.rules import Entry
from nanhu.kernel.draw.tests import second
from nanhu.kernel.draw.tests.conftest import FORM

SECRET = bytes(31) + b"\x2a"
VALUE = "2026-11-26 000001.SH 3512.44"
ENTRIES = [Entry("7f3a", 1, ("A", "B")), Entry("b210", 1, ("A",)), Entry("c9d4", 1, ("A", "B"))]
ROOT = "f0f006e394f1bec84aa2e02e68b67939750515f7330d0095d6f665b13ebe0603"
SEED = "e81038fc09a2fe4e8e0bf7ccf5ebc73850be5e044f7717f0cb595ceaae9846dc"

PLACES = st.sampled_from("ABCDE")
PLANS = st.fixed_dictionaries(
    {
        "secret": st.binary(min_size=32, max_size=32),
        "value": st.text(max_size=20),
        "passes": st.integers(1, 4),
        "seats": st.fixed_dictionaries({place: st.integers(0, 3) for place in "ABCDE"}),
        "entries": st.dictionaries(
            st.from_regex(r"[0-9a-f]{4}", fullmatch=True),
            st.tuples(st.integers(1, 3), st.lists(PLACES, unique=True)),
            max_size=12,
        ),
    }
)


def entries_of(plan):
    return [Entry(token, number, tuple(wishes)) for token, (number, wishes) in plan["entries"].items()]


def drawn(plan, entries=None):
    entries = entries_of(plan) if entries is None else entries
    seed = rules.seed_of(plan["secret"], rules.root_of(entry.line for entry in entries), plan["value"])
    return rules.drawn(entries, plan["seats"], seed=seed, passes=plan["passes"])


def test_the_published_vector():
    assert rules.commitment_of(SECRET) == "0a28e9ffef0073f9a6a674cf57ee77307f38f0f1bebb087888d9011ed0eeefdf"
    assert rules.root_of(entry.line for entry in ENTRIES) == ROOT
    seed = rules.seed_of(SECRET, ROOT, VALUE)
    assert seed.hex() == SEED
    outcome = rules.drawn(ENTRIES, {"A": 1, "B": 1}, seed=seed, passes=1)
    assert outcome.order == ["b210", "7f3a", "c9d4"]
    assert [outcome.lots[entry.token][:8] for entry in ENTRIES] == ["4f615871", "4615e91b", "5cb7635a"]
    assert outcome.places == {"b210": ["A"], "7f3a": ["B"], "c9d4": []}
    assert {wish: queue[0] for wish, queue in outcome.queues.items()} == {"A": "c9d4", "B": "c9d4"}


@given(plan=PLANS)
def test_a_second_implementation_finds_the_same(plan):
    outcome = drawn(plan)
    entries = [(token, number, wishes) for token, (number, wishes) in plan["entries"].items()]
    root, seed, lots, order, got = second.draw(plan["secret"], plan["value"], entries, plan["seats"], plan["passes"])
    lines = [entry.line for entry in entries_of(plan)]
    assert (rules.root_of(lines), rules.seed_of(plan["secret"], root, plan["value"]).hex()) == (root, seed)
    assert (outcome.lots, outcome.order, outcome.places) == (lots, order, got)


@given(plan=PLANS)
def test_nothing_is_sold_twice_and_nobody_gets_what_he_did_not_wish(plan):
    outcome = drawn(plan)
    given_out = [place for places in outcome.places.values() for place in places]
    for place, seats in plan["seats"].items():
        assert given_out.count(place) <= seats
    for entry in entries_of(plan):
        places = outcome.places[entry.token]
        assert set(places) <= set(entry.wishes)
        assert len(set(places)) == len(places) <= plan["passes"]


@given(plan=PLANS)
def test_no_place_stays_free_while_somebody_waits_for_it(plan):
    outcome = drawn(plan)
    given_out = [place for places in outcome.places.values() for place in places]
    for place in outcome.queues:
        assert given_out.count(place) == plan["seats"][place]


@given(plan=PLANS)
def test_who_holds_nothing_waits_before_who_holds_something(plan):
    outcome = drawn(plan)
    for queue in outcome.queues.values():
        turns = [(bool(outcome.places[token]), outcome.order.index(token)) for token in queue]
        assert turns == sorted(turns)


@given(plan=PLANS, chance=st.randoms())
def test_the_order_is_the_same_however_the_list_is_read(plan, chance):
    entries = entries_of(plan)
    shuffled = list(entries)
    chance.shuffle(shuffled)
    one, other = drawn(plan, entries), drawn(plan, shuffled)
    assert (one.order, one.places, one.queues) == (other.order, other.places, other.queues)


@given(plan=PLANS)
def test_a_late_entry_or_another_value_makes_another_seed(plan):
    lines = [entry.line for entry in entries_of(plan)]
    seed = rules.seed_of(plan["secret"], rules.root_of(lines), plan["value"])
    late = rules.seed_of(plan["secret"], rules.root_of([*lines, f"{secrets.token_hex(8)}|1|A"]), plan["value"])
    assert seed != late
    assert seed != rules.seed_of(plan["secret"], rules.root_of(lines), plan["value"] + "0")


def test_the_promise_is_the_digest_of_plain_json():
    written = '{"passes":1,"seats":{"A":1,"B":2},"value_name":"\\u6307\\u6570"}'
    opening = {"value_name": "指数", "seats": {"B": 2, "A": 1}, "passes": 1}
    assert rules.promise_of(opening) == hashlib.sha256(written.encode("ascii")).hexdigest()


@pytest.mark.parametrize(
    ("wishes", "places", "passes", "fates"),
    [
        ("AB", "B", 1, {"A": "full", "B": "given"}),
        ("AB", "A", 1, {"A": "given", "B": "enough"}),
        ("AB", "", 1, {"A": "full", "B": "full"}),
        ("AB", "A", 2, {"A": "given", "B": "full"}),
        ("ABC", "BA", 2, {"A": "given", "B": "given", "C": "enough"}),
        ("", "", 1, {}),
    ],
)
def test_why_each_wish_fell(wishes, places, passes, fates):
    assert rules.fates_of(list(wishes), list(places), passes) == fates


def test_a_proof_in_a_list_of_twenty_eight_thousand_is_short():
    lines = [f"{number:016x}|1|A" for number in range(28_000)]
    assert len(rules.tree_of(lines).path_to(lines[12_345])) <= 15


@pytest.mark.parametrize(
    "form",
    [
        "",
        "3512.44",
        r"\d+",
        r"\d*",
        r".\d",
        r"(\d)",
        r"\d|\d",
        r"[\d]",
        r"\d{2}{3}",
        r"{2}\d",
        r"\d{5,3}",
        r" \d",
        r"１\d",
    ],
)
def test_a_form_that_leaves_the_spelling_open_is_none(form):
    assert not rules.is_form(form)


@pytest.mark.parametrize("typed", ["２０２６-11-26  000001.SH　3512.44 ", " 2026-11-26 000001.SH\t3512.44\n"])
def test_what_looks_the_same_is_spelled_the_same(typed):
    assert rules.is_form(FORM)
    assert rules.spelled(typed) == VALUE
    assert rules.fits(VALUE, FORM)


@pytest.mark.parametrize(
    "typed", ["3512.44", f"{VALUE}0", VALUE.replace(".44", ".4"), VALUE.replace("-", "/"), f"{VALUE}\0", "٣" + VALUE]
)
def test_what_is_spelled_otherwise_is_no_value(typed):
    assert not rules.fits(rules.spelled(typed), FORM)
