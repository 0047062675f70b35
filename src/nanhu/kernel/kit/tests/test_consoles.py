"""What a console refuses when it is declared, and how its addresses are made. Its pages are tested where they are (rights, guests)."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from nanhu.kernel.kit import Console
from nanhu.kernel.kit.pages import joined, names_in


def test_a_console_must_say_who_may_open_it():
    with pytest.raises(ImproperlyConfigured, match="who may open it"):
        Console("kit:open", "敞开的", icon="x", owner="谁")


@pytest.mark.parametrize(
    ("above", "path", "whole"),
    [
        ("", "new/", "new/"),
        ("batches/", "new/", "batches/new/"),
        ("guests", "new", "guests/new"),
        ("guests", "", "guests/"),
    ],
)
def test_an_address_goes_on_from_the_one_above(above, path, whole):
    assert joined(above, path) == whole


def test_the_names_in_an_address():
    assert names_in("a/<uuid:public_id>/rows/<int:line>/<slug>/") == ["public_id", "line", "slug"]
