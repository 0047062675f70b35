"""The month's close (月结): as the books stood at the month's end, nothing booked meanwhile, one month after the other."""

import re
from datetime import date

import pytest

from nanhu.kernel import intake
from nanhu.systems.assets.checking import Compared
from nanhu.systems.assets.errors import BooksChangedError, MonthBookedError, MonthClosedError
from nanhu.systems.assets.models import MonthClose
from nanhu.systems.assets.queries.books import cards_in, month_to_close
from nanhu.systems.assets.services import closing, deciding, disposing
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.tests.conftest import SYSTEM, token
from nanhu.systems.assets.tests.test_depreciation import improved, scrapped

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


def as_ours(month):
    return [
        Compared(
            number=card.number,
            name=card.name,
            value_fen=card.value_fen,
            accumulated_fen=card.accumulated_fen,
            ours=card,
            why="",
        )
        for card in cards_in(month)
    ]


def handed_in(school, month):
    return closing.make_close(by=school.actor("T5"), token=token(), rows=as_ours(month))


def closed(school, month):
    close = intake.submit(by=school.actor("T5"), batch=handed_in(school, month))
    intake.approve(by=school.actor("T6"), batch=close)
    closing.close_month(batch_id=close.pk)
    close.refresh_from_db()
    return close


def books(month):
    return {card.number: (card.value_fen, card.accumulated_fen) for card in cards_in(month)}


def test_a_month_is_compared_as_its_books_stood_at_its_end(school, clock):
    clock("2026-11-30")
    kept, gone = school.thing(), school.thing()
    depreciate(by=SYSTEM, month=NOVEMBER)
    november = books(NOVEMBER)
    assert november == {kept.number: (699_900, 29_162), gone.number: (699_900, 29_162)}
    clock("2026-12-04")
    new = school.thing(used=date(2026, 12, 3))
    scrapped(school, gone)
    improved(school, kept, 100_000, 70)
    assert books(NOVEMBER) == november
    clock("2026-12-31")
    depreciate(by=SYSTEM, month=DECEMBER)
    assert books(NOVEMBER) == november
    assert set(books(DECEMBER)) == {kept.number, new.number}
    assert books(DECEMBER)[kept.number][0] == 799_900


def test_months_are_written_as_the_house_writes_days_and_a_sheet_keeps_them_sortable(school, clock):
    clock("2026-12-31")
    school.thing()
    for month in (NOVEMBER, DECEMBER):
        depreciate(by=SYSTEM, month=month)
    handed_in(school, NOVEMBER)
    office = school.client("T5")
    booked, closed = (office.get(f"/assets/{page}/").content.decode() for page in ("office/depreciation", "closes"))
    assert "2026年11月" in booked
    assert "2026年11月" in closed
    assert not re.search(r">\s*2026-1[12]\s*<", booked + closed)
    assert "Nov 2026" in office.get("/assets/office/depreciation/", headers={"accept-language": "en"}).content.decode()
    sheet = b"".join(office.get("/assets/office/depreciation/?export=csv").streaming_content).decode()
    assert "2026-11" in sheet


def test_nothing_more_is_booked_into_a_month_that_is_being_closed(school, clock):
    clock("2026-12-31")
    school.thing()
    depreciate(by=SYSTEM, month=DECEMBER)
    close = handed_in(school, DECEMBER)
    school.thing()
    with pytest.raises(MonthClosedError):
        depreciate(by=SYSTEM, month=DECEMBER)
    intake.discard(by=school.actor("T5"), batch=close)
    assert depreciate(by=SYSTEM, month=DECEMBER) == 4


def test_the_second_signs_only_what_was_compared(school, clock):
    clock("2026-12-31")
    school.thing()
    depreciate(by=SYSTEM, month=DECEMBER)
    close = intake.submit(by=school.actor("T5"), batch=handed_in(school, DECEMBER))
    school.thing()
    with pytest.raises(BooksChangedError):
        intake.approve(by=school.actor("T6"), batch=close)
    close.refresh_from_db()
    assert close.state == MonthClose.State.SUBMITTED


def test_a_file_compared_before_the_books_moved_is_not_kept(school, clock):
    clock("2026-12-31")
    school.thing()
    depreciate(by=SYSTEM, month=DECEMBER)
    rows = as_ours(DECEMBER)
    school.thing()
    with pytest.raises(BooksChangedError):
        closing.make_close(by=school.actor("T5"), token=token(), rows=rows)
    assert MonthClose.objects.count() == 0


def test_what_is_never_depreciated_does_not_leave_in_a_month_that_is_closed(school, clock):
    clock("2026-12-31")
    picture = school.thing("油画", code="A0302")
    depreciate(by=SYSTEM, month=DECEMBER)
    assert closed(school, DECEMBER).state == "posted"
    disposing.ask_to_scrap(by=school.actor("T1"), asset=picture, reason="受潮")
    said = {"title": "一批", "kind": "scrap", "reason": "受潮", "public_ids": [picture.public_id]}
    lot = disposing.ask(by=school.actor("T5"), token=token(), **said)
    with pytest.raises(MonthBookedError):
        deciding.agree(by=school.actor("T6"), found=lot)


def test_months_are_closed_one_after_the_other_though_the_next_is_booked(school, clock):
    clock("2026-12-31")
    school.thing()
    for month in (NOVEMBER, DECEMBER):
        depreciate(by=SYSTEM, month=month)
    assert month_to_close() == NOVEMBER
    closed(school, NOVEMBER)
    assert month_to_close() == DECEMBER
    closed(school, DECEMBER)
    assert month_to_close() is None


def test_a_month_with_nothing_to_book_is_closed_too(school, clock):
    clock("2026-12-31")
    school.thing("油画", code="A0302")
    assert depreciate(by=SYSTEM, month=DECEMBER) == 0
    assert closed(school, DECEMBER).card_count == 1
