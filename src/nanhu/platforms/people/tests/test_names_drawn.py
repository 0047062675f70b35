"""All of a person's name can be drawn, and whoever's cannot is named."""

import pytest

from nanhu.kernel.registry import Verdict
from nanhu.platforms.people.checks import check_names
from nanhu.platforms.people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_names_with_rare_characters_are_drawn():
    Person.objects.bulk_create([Person(name=f"王{sign}") for sign in "镕喆堃昇旻赟䶮㛃𬭎"])
    assert check_names().verdict == Verdict.OK


def test_a_person_whose_name_cannot_be_drawn_is_a_defect():
    Person.objects.create(name="李\U0010fffd")
    Person.objects.create(name="李静")
    found = check_names()
    assert found.verdict == Verdict.FAIL
    assert "李\U0010fffd" in found.message
    assert "李静" not in found.message
