import pytest

from nanhu.platforms.portal import rules


@pytest.mark.parametrize(
    ("hour", "words"), [(2, "夜深了"), (5, "早上好"), (10, "上午好"), (12, "中午好"), (15, "下午好"), (23, "晚上好")]
)
def test_the_greeting_follows_the_hour(hour, words):
    assert rules.greeting(hour, "小雨") == f"{words}，小雨"


@pytest.mark.capability("A037.2")
def test_shortcuts_are_favourites_then_recent_then_the_school_s_order():
    offered = list("abcdefghij")
    assert rules.shortcut_keys(["d", "x"], ["c", "d"], offered) == ["d", "c", "a", "b", "e", "f", "g", "h"]


def test_moving_stops_at_the_ends():
    assert rules.moved(["a", "b"], "a", -1) == ["a", "b"]
    assert rules.moved(["a", "b"], "a", 1) == ["b", "a"]
    assert rules.moved(["a", "b"], "z", 1) == ["a", "b"]


@pytest.mark.capability("A031.1", "A037.3")
def test_every_word_typed_must_be_answered():
    assert rules.answers_to("卡 xyk", "校园卡")
    assert not rules.answers_to("卡 图书", "校园卡")
    assert rules.answers_to("", "校园卡")
