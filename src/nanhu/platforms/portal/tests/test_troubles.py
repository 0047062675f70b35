"""Why a system was not taken in is said in sentences, in the reader's language; the program's own words stand behind them, in brackets."""

import ast
import re
from inspect import getsource
from pkgutil import iter_modules

import pytest

from nanhu.platforms.portal import integrations
from nanhu.platforms.portal.integrations import failing, troubles, trying
from nanhu.platforms.portal.models import Integration
from nanhu.platforms.portal.tests.taken_in import said_in

pytestmark = pytest.mark.django_db
HAN = re.compile(r"[\u4e00-\u9fff]")
DEEP = b'{"value": ' + b"[" * 30 + b"]" * 30 + b"}"
ANSWERS = {
    "not there": ((404, {}, b""), "对方没有这个地址（HTTP 404）"),
    "locked": ((401, {}, b""), "对方不让读：密钥不对、过期，或没有权限（HTTP 401）"),
    "broken": ((503, {}, b""), "对方的系统出错了（HTTP 503）"),
    "empty": ((204, {}, b""), "对方没有给出数据（HTTP 204）"),
    "led away": ((302, {"Location": "http://elsewhere.example/"}, b""), "对方让去别的地址"),
    "a page": ((200, {}, b"<h1>hello</h1>"), "回答不是完整的 JSON"),
    "another place": ((200, {}, b'{"number": 3}'), "回答里 /value 这个位置没有东西：请核对 JSON 指针"),
    "a list": ((200, {}, b'{"value": [1]}'), "JSON 指针指到的不是文字，也不是数字"),
    "deep": ((200, {}, DEEP), "回答的 JSON 超过 20 层"),
    "twice": ((200, {}, b'{"value": 1, "value": 2}'), "回答的 JSON 里同一个名字出现两次"),
    "packed": ((200, {"Content-Encoding": "br"}, b"x"), "对方用了我们不会解的压缩：br"),
    "large": ((200, {}, b'"' + b"x" * 300_000 + b'"'), "对方一次给得太多，超过 262144 字节"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_a_trial_that_fails_says_what_is_wrong(centre, vendor, case):
    vendor.answers["/n"], words = ANSWERS[case]
    one = centre.make("data", "loans", f"{vendor.url}/n")
    centre.press(one, "test")
    assert words in said_in(centre.press(one, "trial"))


def test_nobody_there_a_page_and_a_feed_say_it_too_and_what_failed_last_is_said_later(centre, vendor):
    vendor.answers["/page"] = (500, {"X-Frame-Options": "DENY"}, b"")
    page = centre.make("page", "bus", f"{vendor.url}/page", mode="frame")
    feed = centre.make("feed", "news", vendor.says("/news", "no news"), format="rss")
    closed = centre.make("page", "closed", "http://localhost:9/", mode="link")
    for one in (page, feed, closed):
        centre.press(one, "test")
    tried = said_in(centre.press(page, "trial"))
    assert "对方的系统出错了（HTTP 500）" in tried
    assert "不能嵌入（对方的页面不许别人嵌入（X-Frame-Options）），会改为新窗口打开" in tried
    assert "不是 RSS 或 Atom，也不是日历" in said_in(centre.press(feed, "trial"))
    assert "连不上：那台主机的这个端口没有服务" in said_in(centre.press(closed, "trial"))
    failing.note_failure(feed, TimeoutError("timed out"))
    shown = said_in(centre.keeper.get(f"/integrations/{feed.public_id}/"))
    assert "等了太久，对方没有回答（TimeoutError: timed out）" in shown
    assert Integration.objects.get(pk=feed.pk).error == "TimeoutError: timed out"


def test_who_reads_english_reads_it_in_english(centre, vendor):
    one = centre.make("data", "loans", vendor.says("/n", "{}"), name="Loans")
    centre.press(one, "test")
    centre.keeper.post("/preferences/language/en")
    shown = said_in(centre.press(one, "trial"))
    assert "check the JSON pointer" in shown
    assert not HAN.search(shown.partition("/value")[2])


@pytest.mark.parametrize("address", ["https://10.0.0.1/", "https://169.254.169.254/", "ftp://a.cn/", "https://a@b.cn/"])
def test_an_address_that_is_refused_is_refused_in_words(centre, address):
    with pytest.raises(AssertionError, match=r"这个地址不能接入（(不是能连的网址|[0-9.]+ 不在公网)）"):
        centre.make("page", "inside", address)


def texts_raised():
    """What the program itself says of an answer, wherever it refuses one."""
    for module in iter_modules(integrations.__path__, f"{integrations.__name__}."):
        tree = ast.parse(getsource(__import__(module.name, fromlist=["x"])))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", getattr(node.func, "id", "")) == "BadAnswerError"
            ):
                [said] = node.args
                parts = said.values if isinstance(said, ast.JoinedStr) else [said]
                yield "".join(str(one.value) if isinstance(one, ast.Constant) else "7" for one in parts)


def test_there_is_a_sentence_for_each_answer_that_is_refused_and_for_each_frame():
    texts = [one for one in texts_raised() if not one.startswith("status ")]
    assert len(texts) > 8
    unsaid = [one for one in texts if not any(known.search(one) for known, _words in troubles.SAID)]
    assert unsaid == []
    assert {trying.NOT_LISTED, "own origin", "redirect"} <= troubles.FRAMES.keys()
