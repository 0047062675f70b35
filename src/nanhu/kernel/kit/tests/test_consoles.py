"""What a console refuses when it is declared, and how its addresses are made. Its pages are tested where they are (rights, guests)."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string

from nanhu.kernel.kit import Console, Press
from nanhu.kernel.kit.columns import Reader
from nanhu.kernel.kit.pages import Action, FormPage, joined, names_in


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


class Addressed:
    """A page or an action as far as a button asks it."""

    def __init__(self, name, *, parent=None, below="", shown=True):
        self.name, self.parent, self.below, self.is_his = name, parent, below, shown

    def address(self, **named):
        return f"/{self.name}/{'/'.join(map(str, named.values()))}"

    def is_shown_to(self, _viewer):
        return self.is_his


class Ended(Addressed, Action):
    pass


class Asked(Addressed, FormPage):
    pass


@pytest.fixture
def request_of_nobody(rf, db):
    request = rf.get("/")
    request.viewer = None
    return request


@pytest.mark.parametrize(("kind", "is_pressed"), [(Ended, True), (Asked, False)])
def test_a_button_of_a_row_does_its_action_or_leads_to_its_form(kind, is_pressed, request_of_nobody):
    request = request_of_nobody
    request.page = SimpleNamespace(console=SimpleNamespace(pages={"end": kind("end")}))
    row = SimpleNamespace(public_id=uuid4(), is_over=False)
    button = Press("停用", to="end", icon="x", when=lambda one: not one.is_over)
    shown = button.shown(row, Reader(request))
    assert (f"/end/{row.public_id}" in shown, "停用" in shown) == (True, True)
    assert ('method="post"' in shown, "<a href" in shown) == (is_pressed, not is_pressed)
    row.is_over = True
    assert button.shown(row, Reader(request)) == ""
    assert button.is_exported is False


def test_under_a_form_stands_what_hangs_there_has_a_word_and_is_this_readers(request_of_nobody):
    form = Asked("change")
    form.path = "<uuid:public_id>/"
    others = [
        Ended("remove", parent=form, below="去掉"),
        Asked("move", parent=form, below="挪走"),
        Ended("secret", parent=form, below="收回", shown=False),
        Ended("silent", parent=form),
        Ended("elsewhere", parent=Asked("other"), below="断开"),
    ]
    form.console = SimpleNamespace(pages={one.name: one for one in others})
    presses = form.presses_below(SimpleNamespace(arguments={"public_id": "7", "line": "3"}, viewer=None))
    assert [(one["said"], one["to"], one["is_action"]) for one in presses] == [
        ("去掉", "/remove/7", True),
        ("挪走", "/move/7", False),
    ]
    shown = [render_to_string("kit/_press.html", one, request_of_nobody) for one in presses]
    assert ['action="/remove/7"' in shown[0], 'href="/move/7"' in shown[1]] == [True, True]
