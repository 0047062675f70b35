"""Days of a form are read as the house writes days, wherever its values are shown."""

from nanhu.platforms.flows.body import Column, Field
from nanhu.platforms.flows.presented import cell_words, words_of


def test_a_day_of_a_form_and_of_its_table() -> None:
    until = Field(key="until", label="用到哪天", kind="date")
    assert words_of(until, "2027-05-29", {}) == "2027年5月29日"
    arrives = Column(key="arrives", label="到校日期", kind="date")
    assert [cell_words(arrives, value) for value in ("2027-05-29", None)] == ["2027年5月29日", ""]
