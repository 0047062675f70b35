"""A draw on real connections: nobody slips in while it closes, and one that is killed in the middle has not happened."""

import pytest

from nanhu.kernel.draw import services
from nanhu.kernel.draw.models import DrawEntry
from nanhu.kernel.draw.rules import root_of
from nanhu.kernel.draw.tests.conftest import SYSTEM
from nanhu.kernel.errors import WrongStateError
from nanhu.testing.killing import at_once, killed
from nanhu.testing.races import amid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")]


def test_closing_waits_for_who_is_just_coming_in(course):
    one = course()

    def come_in():
        [entry] = one.enter({"person:1": "A"}).values()
        one.clock.move_to(one.closes_at)
        return entry

    entry, closed = amid(come_in, lambda: services.close(by=SYSTEM, draw=one.draw))
    assert (closed.entry_count, closed.root) == (1, root_of([entry.as_rule().line]))


def test_drawn_by_four_at_once_it_is_drawn_once(course):
    one = course()
    one.enter({f"person:{number}": "AB" for number in range(6)})
    one.close()
    one.agree()

    def draw():
        try:
            return services.draw_lots(by=SYSTEM, draw=one.draw).state
        except WrongStateError:
            return "refused"

    assert sorted(at_once([draw] * 4)) == ["drawn", "refused", "refused", "refused"]


def test_killed_in_the_middle_it_has_not_happened_and_gives_the_same_again(course, monkeypatch):
    one = course()
    one.enter({f"person:{number}": "AB" for number in range(6)})
    one.close()
    one.agree()
    keep = services.keep

    def work(die):
        def keep_and_die(entries, outcome):
            keep(entries, outcome)
            die()

        monkeypatch.setattr(services, "keep", keep_and_die)
        one.lots()

    killed(work)
    assert one.present.state == "closed"
    assert not DrawEntry.objects.exclude(lot="").exists()
    first = one.lots()
    assert first.state == "drawn"
    assert first.entries.filter(rank__isnull=False).count() == 6
