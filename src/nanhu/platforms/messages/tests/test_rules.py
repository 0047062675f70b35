"""Names, kinds, excerpts and shares: pure."""

import pytest

from nanhu.platforms.messages import rules
from nanhu.platforms.messages.rules import ReadShare


@pytest.mark.parametrize(
    ("name", "head", "is_so"),
    [
        ("通知.pdf", b"%PDF-1.7 ...", True),
        ("通知.pdf", b"<html><script>", False),
        ("名单.xlsx", b"PK\x03\x04....", True),
        ("名单.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", False),
        ("旧表.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", True),
        ("照片.PNG", b"\x89PNG\r\n\x1a\n", True),
        ("说明.txt", "文字".encode(), True),
        ("说明.txt", b"MZ\x00\x01", False),
        ("程序.exe", b"MZ", False),
        ("页面.html", b"<html>", False),
        ("图.svg", b"<svg>", False),
        ("宏.docm", b"PK\x03\x04", False),
        ("无扩展名", b"%PDF-", False),
    ],
)
def test_a_file_must_be_what_its_name_says(name, head, is_so):
    assert rules.is_what_it_says(name, head) is is_so


def test_a_second_file_of_one_name_gets_a_number():
    taken = {"通知.pdf", "通知 (2).pdf"}
    assert rules.name_beside("通知.pdf", taken) == "通知 (3).pdf"
    assert rules.name_beside("别的.pdf", taken) == "别的.pdf"


@pytest.mark.capability("A025.2")
@pytest.mark.parametrize(
    ("read", "audience", "percent", "unread"),
    [(0, 0, 0, 0), (0, 31000, 0, 31000), (30999, 31000, 99, 1), (31000, 31000, 100, 0), (12, 10, 100, 0)],
)
def test_the_share_says_all_only_when_all_have_read(read, audience, percent, unread):
    share = ReadShare(read=read, audience=audience)
    assert (share.percent, share.unread) == (percent, unread)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("校园卡  充值", ["校园卡", "充值"]),
        ("ＯＡ", ["OA"]),
        ("\u3000\x00 ", []),
        ("一 二 三 四 五 六", list("一二三四五")),
    ],
)
def test_what_is_typed_becomes_words(typed, words):
    assert rules.search_words(typed) == words
