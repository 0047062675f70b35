"""A found umbrella in a real browser: published on the phone with a photo, reviewed, claimed by its mark, arranged by messages, given back at the desk."""

import io
import re
from contextlib import contextmanager

import pytest
from PIL import Image
from playwright.sync_api import expect

from nanhu.services.lostfound.tests.conftest import data_folder, make_school
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
__all__ = ["data_folder"]
HOME = "/lostfound/"


@contextmanager
def people(school, live_server, **numbers):
    """Each with a browser of their own, on a desk or on a phone."""
    cookies = {number: school.client(number).cookies["nanhu_session"].value for number, _kind in numbers.values()}
    with open_browser() as chromium:
        pages = []
        for number, kind in numbers.values():
            width, height = SIZES[kind]
            context = chromium.new_context(
                base_url=live_server.url,
                viewport={"width": width, "height": height},
                locale="zh-CN",
            )
            context.add_cookies([{"name": "nanhu_session", "value": cookies[number], "url": live_server.url}])
            pages.append(context.new_page())
        yield pages


def press(page, name):
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def said(page, words):
    expect(page.locator("main, .messages").get_by_text(words).first).to_be_visible()


def chequered():
    """A photo in which every place is black and white: where it is one grey, it was covered."""
    out, tile = io.BytesIO(), Image.new("L", (2, 2), 255)
    tile.putpixel((0, 0), 0)
    tile.putpixel((1, 1), 0)
    board = Image.new("L", (900, 600))
    for left in range(0, 900, 20):
        for top in range(0, 600, 20):
            board.paste(tile.resize((20, 20), Image.Resampling.NEAREST), (left, top))
    board.convert("RGB").save(out, "JPEG", quality=95)
    return out.getvalue()


def cover_the_middle(finder):
    """As a finger does."""
    photo = finder.get_by_role("img", name="照片 1")
    expect(photo).to_be_visible()
    box = photo.bounding_box()
    finder.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
    finder.mouse.down()
    finder.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2, steps=8)
    finder.mouse.up()
    expect(finder.locator("main form").get_by_role("button", name="发布", exact=True)).to_be_enabled()


def contrast_at(content, across):
    """Between the darkest and the lightest near there, in the middle row."""
    kept = Image.open(io.BytesIO(content)).convert("L")
    left, top = int(kept.width * across), kept.height // 2
    darkest, lightest = kept.crop((left - 8, top - 8, left + 8, top + 8)).getextrema()
    return lightest - darkest


@contextmanager
def scripts_that_come_late(finder):
    """As on a slow phone: what was chosen before they came is not lost to them."""
    held = []

    def hold(route):
        held.append(route)

    finder.route(re.compile(r"/static/.*(cover|uploads)\S*\.js"), hold)
    yield
    assert held
    for route in held:
        route.continue_()
    finder.unroute_all()


def publish(finder):
    """Four taps beside the words: the button, the photo, the category, 发布."""
    finder.goto(HOME)
    look_at(finder, "lostfound-empty")
    with scripts_that_come_late(finder):
        finder.get_by_role("link", name="我捡到东西了").dispatch_event("click")
        finder.get_by_label(re.compile("^照片")).set_input_files(
            {"name": "伞.jpg", "mimeType": "image/jpeg", "buffer": chequered()}
        )
    expect(finder.locator("[data-files]")).to_contain_text("伞.jpg")
    cover_the_middle(finder)
    expect(finder.get_by_label(re.compile("校园卡的卡号"))).to_be_hidden()
    finder.get_by_text("雨伞", exact=True).click()
    finder.get_by_label("说一说").fill("黑色折叠伞，木柄")
    finder.get_by_label(re.compile("^在哪里")).fill("lib")
    look_at(finder, "lostfound-post")
    press(finder, "发布")
    said(finder, "等审核")
    return finder.url


def test_a_found_umbrella_comes_back(live_server):
    school = make_school()
    thing = school.shown("S3", keeper="desk", words="蓝色水杯")
    everybody = {
        "finder": ("S1", "phone"),
        "owner": ("S2", "phone"),
        "reviewer": ("R1", "desk"),
        "keeper": ("K1", "desk"),
    }
    with people(school, live_server, **everybody) as (finder, owner, reviewer, keeper):
        item = publish(finder)

        reviewer.goto(f"{HOME}review/")
        look_at(reviewer, "lostfound-reviews")
        reviewer.get_by_role("link", name="黑色折叠伞，木柄").click()
        look_at(reviewer, "lostfound-review")
        press(reviewer, "审核通过")
        said(reviewer, "已通过。")

        owner.goto(HOME)
        look_at(owner, "lostfound-board")
        owner.locator("main").get_by_role("link", name="黑色折叠伞").click()
        shown = owner.request.get(owner.get_by_role("img", name="第 1 张照片").get_attribute("src")).body()
        assert (contrast_at(shown, 0.5) < 30, contrast_at(shown, 0.1) > 150) == (True, True), (
            "what was covered is not in the photo"
        )
        owner.locator("main").get_by_role("link", name="认领", exact=True).click()
        owner.get_by_label("说说它的特征").fill("木柄上有一道牙印")
        press(owner, "认领")
        said(owner, "已交给保管的人核对")
        look_at(owner, "lostfound-item")

        finder.goto(item)
        look_at(finder, "lostfound-claimed")
        press(finder, "说对了")
        owner.goto(f"{HOME}mine/")
        look_at(owner, "lostfound-mine")
        owner.locator("main .card").filter(has_text="站内留言").get_by_role("link", name="黑色折叠伞").click()
        owner.get_by_label("要说的话").fill("今天五点，图书馆门口？")
        press(owner, "发送")
        said(owner, "今天五点")
        look_at(owner, "lostfound-talk")
        finder.goto(item)
        press(finder, "已归还")
        said(finder, "已标为已归还")

        keeper.goto(f"{HOME}keeping/")
        look_at(keeper, "lostfound-keeping")
        keeper.get_by_role("link", name="蓝色水杯").click()
        keeper.locator("main").get_by_role("link", name="收下").click()
        keeper.get_by_label(re.compile("^放在哪一格")).fill("A-12")
        press(keeper, "收下")
        look_at(keeper, "lostfound-thing")
        keeper.locator("main").get_by_role("link", name="交还").click()
        keeper.get_by_label(re.compile("^领走的人")).fill("S2")
        look_at(keeper, "lostfound-hand-over")
        press(keeper, "交还")
        said(keeper, "还没有签收")
        owner.goto(f"{HOME}items/{thing.public_id}/")
        press(owner, "我来签收")
        said(owner, "已签收。")
