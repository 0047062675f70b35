"""Places: a tree that is set up once, closed and opened with a reason, and tells in SQL what it is and when it changed."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.utils import translation

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import NotFoundError, ReasonMissingError
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.campus.fields import PlaceField
from nanhu.platforms.campus.filters import PlaceFilters
from nanhu.platforms.campus.models import Place
from nanhu.platforms.campus.queries.places import is_open, known_english, open_places, place_lines, place_with
from nanhu.platforms.campus.services.places import PlaceOrder, close_place, reopen_place, set_up_places

SYSTEM = Actor.system("test")
PLACES = (
    PlaceOrder(key="south", name="南院", kind="campus"),
    PlaceOrder(key="library", name="图书馆", kind="library", parent="south"),
    PlaceOrder(key="library.lab", name="电子阅览室", kind="lab", parent="library"),
    PlaceOrder(key="south.d1", name="南院1栋宿舍", kind="dorm", parent="south"),
)


@pytest.fixture(autouse=True)
def tree(db):
    assert set_up_places(by=SYSTEM, places=PLACES) == 4


def found(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {value for (value,) in cursor.fetchall()}


def keys(ids):
    return set(Place.objects.filter(pk__in=ids).values_list("key", flat=True))


def test_setting_up_again_adds_nothing():
    assert set_up_places(by=SYSTEM, places=PLACES) == 0
    assert AuditEntry.objects.filter(action="campus.set_up_places").count() == 1


def test_the_tree_stands_in_its_order():
    assert [(line.key, line.depth) for line in place_lines()] == [
        ("south", 0),
        ("library", 1),
        ("library.lab", 2),
        ("south.d1", 1),
    ]
    library = place_with("library").pk
    assert keys(found("SELECT id FROM campus_upwards(%s)", library)) == {"south", "library"}
    assert keys(found("SELECT id FROM campus_downwards(%s)", library)) == {"library", "library.lab"}
    with pytest.raises(NotFoundError):
        place_with("nowhere")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_place_is_found_and_understood_by_both_its_names_whoever_reads(language):
    """ "South" is a key, too: a name that is whole goes first."""
    room = PlaceOrder(key="south.d1.305", name="305", kind="room", parent="south.d1")
    lab = PlaceOrder(key="south.d1.lab", name="网络实验室", kind="room", parent="south.d1")
    set_up_places(by=SYSTEM, places=[room, lab])
    known_english.forget()
    field = PlaceField()
    with translation.override(language):
        for typed, key in (
            ("South Campus Dormitory 1", "south.d1"),
            ("south campus dormitory 1 305", room.key),
            ("South Campus Dormitory 1 Network Laboratory", lab.key),
            ("Electronic Reading Room", "library.lab"),
            ("电子阅览室", "library.lab"),
            ("南院1栋宿舍 305", room.key),
        ):
            offered = field.suggest(None, typed)[0].value
            assert (field.clean(offered).key, field.clean(typed).key) == (key, key)
        for words, found in (("reading room", {"library.lab"}), ("阅览", {"library.lab"}), ("1", set())):
            wanted = Place.objects.filter(key__startswith="library")
            assert keys(PlaceFilters(QueryDict(f"q={words}")).narrow(wanted).values("pk")) == found


def test_a_code_is_its_own_place_also_where_others_are_called_so_in_english():
    other = PlaceOrder(key="north.library", name="图书馆", kind="library", parent="south")
    set_up_places(by=SYSTEM, places=[other])
    known_english.forget()
    field = PlaceField()
    assert field.clean("library").key == "library"
    assert field.clean("north.library").key == "north.library"
    for both in ("Library", "图书馆"):
        with pytest.raises(ValidationError):
            field.clean(both)


def test_a_closed_place_closes_what_is_below_it_and_opens_it_again():
    close_place(by=SYSTEM, place=place_with("library"), reason="漏水")
    assert {line.key for line in place_lines() if line.is_closed} == {"library", "library.lab"}
    assert {place.key for place in open_places()} == {"south", "south.d1"}
    assert not is_open(place_with("library.lab"))

    close_place(by=SYSTEM, place=place_with("library"), reason="漏水")
    assert AuditEntry.objects.get(action="campus.close_place").target == "place:library"

    reopen_place(by=SYSTEM, place=place_with("library"), reason="修好了")
    assert is_open(place_with("library.lab"))


def test_closing_needs_a_reason():
    with pytest.raises(ReasonMissingError):
        close_place(by=SYSTEM, place=place_with("library"), reason=" ")
    assert is_open(place_with("library"))


def test_the_stamp_is_another_whenever_a_place_moves_or_is_closed():
    stamps = [found("SELECT campus_stamp()")]
    Place.objects.filter(key="library").update(parent=None)
    stamps.append(found("SELECT campus_stamp()"))
    close_place(by=SYSTEM, place=place_with("library"), reason="漏水")
    stamps.append(found("SELECT campus_stamp()"))
    assert stamps[0] != stamps[1] != stamps[2]


def test_a_place_is_named_and_not_its_own_parent():
    library = place_with("library")
    for change in ({"parent": library}, {"name": ""}, {"key": "Library 1"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Place.objects.filter(pk=library.pk).update(**change)
