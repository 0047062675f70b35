"""What waits is counted in one query a request, and by an act only where it asks."""

import pytest

from nanhu.kernel.kit.waiting import count_waiting, lists_for
from nanhu.kernel.registry import Viewer


def viewer(*, acts: bool) -> Viewer:
    return Viewer(
        account_id=1, person_id=1, name="林", campus_no="1", faces=frozenset({"staff"}), face="staff", acts=acts
    )


@pytest.mark.django_db
def test_a_page_counts_all_lists_at_once(django_assert_num_queries):
    reader = viewer(acts=False)
    with django_assert_num_queries(1):
        assert [count_waiting(reader, label) for label in lists_for(reader)] == [0] * len(lists_for(reader))


@pytest.mark.django_db
def test_an_act_counts_the_one_that_it_judges_by_and_the_page_that_it_fails_on_the_others(django_assert_num_queries):
    """A decision counted all lists of the house before it led on."""
    decider = viewer(acts=True)
    first, second, third, *_others = labels = lists_for(decider)
    with django_assert_num_queries(1):
        count_waiting(decider, second)
    assert set(decider.counted) == {second}
    with django_assert_num_queries(1):
        count_waiting(decider, first)
        count_waiting(decider, third)
    assert set(decider.counted) == set(labels)
