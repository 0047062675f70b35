"""A sum that several owe together: it adds up, and nobody owes a fen more than he must."""

from hypothesis import given
from hypothesis import strategies as st

from nanhu.platforms.ledger.api import even_shares


@given(st.integers(1, 10**7), st.sets(st.integers(1, 999), min_size=1, max_size=12))
def test_it_adds_up_and_nobody_pays_more_than_a_fen_above_another(total, people):
    numbers = [f"{one:03}" for one in people]
    shares = even_shares(total, numbers)
    assert sum(shares.values()) == total
    assert max(shares.values()) - min(shares.values()) <= 1
    assert [shares[one] for one in sorted(numbers)] == sorted(shares.values(), reverse=True)


def test_what_does_not_divide_goes_to_the_first_by_number():
    assert even_shares(10000, ["c", "b", "a"]) == {"a": 3334, "b": 3333, "c": 3333}
