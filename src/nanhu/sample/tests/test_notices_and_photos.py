from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from PIL import Image

from nanhu.sample.notices import notices
from nanhu.sample.photos import file_name, portrait
from nanhu.sample.rhythm import SHANGHAI
from nanhu.sample.units import unit_names

TODAY = date(2026, 11, 24)


def test_the_notices_are_those_of_a_living_school():
    made = notices(today=TODAY)
    assert 55 <= len(made) <= 70
    assert len({one.key for one in made}) == len(made)
    assert {one.audience for one in made} == {"all", "students", "staff"}
    assert all(one.office_code in unit_names() for one in made)
    assert made == sorted(made, key=lambda one: one.published_at, reverse=True)
    assert 1 <= sum(one.pinned for one in made) <= 4
    assert sum(one.must_read for one in made) >= 4
    assert sum(bool(one.attachments) for one in made) >= 8


def test_every_date_in_a_notice_is_filled_in():
    for one in notices(today=date(2028, 2, 29)):
        assert "{" not in one.title + one.body
        assert one.published_at.date() <= date(2028, 2, 29)


def test_the_same_day_gives_the_same_notices_and_attachments():
    assert notices(today=TODAY) == notices(today=TODAY)


def test_nothing_is_published_in_the_future():
    now = datetime(2026, 11, 24, 7, 0, tzinfo=SHANGHAI)
    assert max(one.published_at for one in notices(today=TODAY, until=now)) <= now


@pytest.mark.parametrize("campus_no", ["14231200001", "0020090001", "L2600012"])
@pytest.mark.parametrize("sex", ["1", "2", ""])
def test_a_portrait_is_what_the_card_office_asks(campus_no, sex):
    content = portrait(campus_no, sex=sex, age=40)
    picture = Image.open(io.BytesIO(content))
    assert (picture.format, picture.size, picture.mode) == ("JPEG", (358, 441), "RGB")
    assert len(content) <= 100_000
    assert content == portrait(campus_no, sex=sex, age=40)


def test_portraits_differ():
    assert len({portrait(f"142312{number:05d}", sex="2") for number in range(60)}) == 60


def test_a_portrait_is_named_by_the_campus_number():
    assert file_name("0020090001") == "0020090001.jpg"
