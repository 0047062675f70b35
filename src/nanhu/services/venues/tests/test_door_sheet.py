"""The sheet that hangs at a door: seven days, titles and hours, nobody's name; its code leads to the sign."""

import pytest

from nanhu.kernel.printing.tests.reading import codes_of, text_of
from nanhu.services.venues.queries import moment_at
from nanhu.services.venues.signs import Line, on_day
from nanhu.services.venues.tests.conftest import in_days

pytestmark = pytest.mark.django_db


def test_the_week_of_a_room_is_printed_for_its_door(school, hall, tmp_path):
    school.approved("S1", hall, 14, 16, day=2, title="迎新晚会")
    school.approved("S1", hall, 9, 10, day=20, title="太远的讲座")
    address = f"/venues/desk/venues/{hall.public_id}/"
    keeper = school.client("K1")
    assert f"{address}door.pdf" in keeper.get(address).content.decode()
    answer = keeper.get(f"{address}door.pdf")
    assert answer["Content-Type"] == "application/pdf"
    text = " ".join(text_of(answer.content).split())
    assert "报告厅 b1楼 b1.1" in text
    assert "14:00–16:00 迎新晚会" in text
    assert "太远的讲座" not in text
    assert "林晓湖" not in text
    assert codes_of(answer.content, tmp_path) == [f"http://testserver/venues/door/{hall.sign_key}/"]
    assert school.client("S1").get(f"{address}door.pdf").status_code == 404


def test_what_goes_over_midnight_stands_on_both_days_of_a_sheet():
    line = Line("通宵自习", moment_at(in_days(1), 22 * 60), moment_at(in_days(2), 6 * 60))
    assert on_day([line], in_days(1)) == [["22:00–00:00", "通宵自习"]]
    assert on_day([line], in_days(2)) == [["00:00–06:00", "通宵自习"]]
    assert on_day([line], in_days(3)) == []
