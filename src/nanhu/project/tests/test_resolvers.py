"""Whom a process finds by the school's records is named to who designs it."""

from nanhu.platforms.flows import api as flows


def test_each_resolver_has_a_name_for_people() -> None:
    assert set(flows.resolver_names) == set(flows.resolvers)
