"""Counting a room with a phone in a real browser: the camera, the network off, what is queued, the office's agreement."""

import io
import re
from contextlib import contextmanager

import pytest
import segno
from PIL import Image
from playwright.sync_api import expect

from nanhu.systems.assets.counting.models import CountRow
from nanhu.systems.assets.counting.photos import LARGEST
from nanhu.systems.assets.counting.services import concluding
from nanhu.systems.assets.counting.tests.conftest import make_school
from nanhu.systems.assets.counting.tests.counts import backdated, bring, opened, row
from nanhu.systems.assets.counting.tests.test_photo_proof import photo_of
from nanhu.systems.assets.labels import address_of, room_code
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.services import photographing
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import on_console_error, open_browser, open_filmed_browser, wait_until
from tests.journeys.field import waits_for
from tests.journeys.kiosks import beside

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
FRAMES = 75
"""Two and a half seconds of the camera's thirty frames a second before each label."""
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const cache = await caches.open("nanhu-own-count-1");
  while (!(await cache.match(location.pathname)) || !(await cache.match(document.getElementById("count").dataset.wasm)))
    await new Promise((later) => setTimeout(later, 50));
}"""

PICTURES = """async ([take, many]) => {
  const name = `nanhu-pages-count-${take}`;
  return many === ((await caches.has(name)) ? (await (await caches.open(name)).keys()).length : 0);
}"""


def frame_of(text):
    """A label as a camera sees it, on a desk of some grey."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=8, border=4)
    picture = Image.new("RGB", (640, 480), (150, 150, 140))
    label = Image.open(out).convert("RGB").rotate(7, expand=True, fillcolor=(150, 150, 140))
    picture.paste(label, ((640 - label.width) // 2, (480 - label.height) // 2))
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=80)
    return jpeg.getvalue()


def film(path, texts):
    """What the camera sees from its next start on: a new file, for one that runs holds the old one open."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(b"".join(frame_of(text) * FRAMES for text in texts))
    return fresh.replace(path)


@contextmanager
def phone(school, live_server, *, video=None, service_workers="allow"):
    """The counter's phone, signed in; with a film in the place of its camera. What a worker fetches, no route holds back."""
    faults, cookie = [], school.client("T2").cookies["nanhu_session"].value
    with open_browser() if video is None else open_filmed_browser(str(video)) as chromium:
        width, height = SIZES["phone"]
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            permissions=["camera"] if video else [],
            service_workers=service_workers,
        )
        context.add_cookies([{"name": "nanhu_session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda told: faults.append(str(told)))
        on_console_error(page, faults.append)
        yield page
        context.close()
    assert [one for one in faults if not re.search("ERR_(INTERNET_DISCONNECTED|FAILED)|status of 422", one)] == []


def typed(page, number):
    page.get_by_label("资产编号", exact=True).fill(number)
    page.get_by_role("button", name="记下").click()


def stop_camera(page):
    page.get_by_role("button", name="停").click()
    wait_until(page, "!document.querySelector('video').srcObject")


def test_a_phone_reads_the_door_and_the_things_with_its_camera(live_server, tmp_path):
    school = make_school()
    here, there = school.things("b1-101", 1), school.things("b1-102", 1)
    take = backdated(opened(school))
    camera = tmp_path / "camera.mjpeg"
    with phone(school, live_server, video=film(camera, [address_of(room_code("b1-101"))])) as page:
        page.goto(f"/assets/count/{take.public_id}/")
        expect(page.locator('[data-part="left"]')).to_have_text("1")
        page.get_by_role("button", name="扫码").click()
        expect(page.locator('[data-part="room"]')).to_have_text("101 机房")
        stop_camera(page)
        film(camera, [address_of(here[0].number), address_of(there[0].number)])
        page.get_by_role("button", name="扫码").click()
        expect(page.locator('[data-part="left"]')).to_have_text("0")
        expect(page.locator('[data-part="name"]')).to_have_text(there[0].number)
        waits_for(lambda: beside(CountRow.objects.count) >= 2)  # the queue of the phone is empty between two as well
        stop_camera(page)
    rows = beside(lambda: {one.number: (one.has_room_code, one.room_id, one.method) for one in CountRow.objects.all()})
    proven = (True, school.rooms["b1-101"], "scan")
    assert rows[here[0].number] == proven
    assert rows[there[0].number] == proven


def test_the_cellar_without_network_loses_nothing_and_doubles_nothing(live_server):
    school = make_school()
    things = school.things("b1-101", 6)
    Asset.objects.filter(pk=things[0].pk).update(former_number="old-17")
    backdated(opened(school))
    with phone(school, live_server) as page:
        page.goto("/assets/count/")
        page.get_by_role("link", name="去盘点").click()
        expect(page.locator('[data-part="left"]')).to_have_text("6")
        page.evaluate(KEPT)
        page.context.set_offline(True)
        page.reload()
        expect(page.get_by_text("没有网络，照常可以盘")).to_be_visible()
        expect(page.locator('[data-part="left"]')).to_have_text("6")
        page.get_by_role("button", name="输入编号").click()
        page.get_by_label(re.compile("房间（扫不到房间码时选）")).select_option("b1-101")
        for one in things[:4]:
            typed(page, one.number if one != things[1] else one.number.replace("-", ""))
            expect(page.locator('[data-part="verdict"]')).to_have_text("在原处")
            expect(page.locator('[data-part="detail"]')).to_contain_text("未证实")
        expect(page.locator('[data-part="progress"]')).to_have_text("4 / 6")
        typed(page, "OLD-17")
        expect(page.locator('[data-part="verdict"]')).to_have_text("已扫过")
        expect(page.locator('[data-part="progress"]')).to_have_text("4 / 6")
        wrong = things[4].number[:-1] + str((int(things[4].number[-1]) + 1) % 10)
        typed(page, wrong)
        expect(page.get_by_text("这个编号不对")).to_be_visible()
        expect(page.locator('[data-part="queued"]')).to_have_text("5")
        expect(page.locator('[data-part="left"]')).to_have_text("2")
        look_at(page, "assets-counter")
        page.reload()
        expect(page.locator('[data-part="queued"]')).to_have_text("5")
        expect(page.locator('[data-part="left"]')).to_have_text("2")
        assert beside(CountRow.objects.count) == 0
        cut = []
        page.route(re.compile("/rows/$"), lambda route: cut_answer(route, cut))
        page.context.set_offline(False)
        expect(page.locator('[data-part="queued"]')).to_have_text("0")
        assert cut, "the first answer was lost on its way"
    assert beside(CountRow.objects.count) == 5
    assert beside(lambda: CountRow.objects.values("client_id").distinct().count()) == 5
    assert beside(lambda: CountRow.objects.filter(has_room_code=True).count()) == 0
    assert beside(lambda: Asset.objects.filter(last_seen_at__isnull=False).count()) == 0


def test_nothing_is_read_in_before_the_list_is_there_and_the_next_time_the_kept_one_serves(live_server):
    school = make_school()
    [thing] = school.things("b1-101", 1)
    take = backdated(opened(school))
    held = []

    def hold(route):
        held.append(route)

    with phone(school, live_server) as page:
        page.route(re.compile(r"/things\.json$"), hold)
        page.goto(f"/assets/count/{take.public_id}/")
        expect(page.get_by_text("正在取名单…")).to_be_visible()
        expect(page.get_by_role("button", name="扫码")).to_be_disabled()
        expect(page.get_by_role("button", name="输入编号")).to_be_disabled()
        held.pop().continue_()
        expect(page.get_by_text("正在取名单…")).to_be_hidden()
        page.reload()
        page.get_by_role("button", name="输入编号").click()
        typed(page, thing.number)
        expect(page.locator('[data-part="verdict"]')).to_have_text("还没扫房间码，这件算未证实")
        assert held, "the school has not answered yet"
        held.pop().abort()


def test_no_photo_stands_beside_the_name_of_another_thing(live_server):
    school = make_school()
    first, second, bare = school.things("b1-101", 3)
    for thing in (first, second):
        photographing.photograph(by=school.actor("T5"), asset=thing, picture=frame_of(thing.number))
    take = backdated(opened(school))
    held = []

    def hold(route):
        held.append(route)

    with phone(school, live_server, service_workers="block") as page:
        photo, detail = page.locator('[data-part="picture"]'), page.locator('[data-part="detail"]')
        page.goto(f"/assets/count/{take.public_id}/")
        page.get_by_role("button", name="输入编号").click()
        page.get_by_label(re.compile("房间（扫不到房间码时选）")).select_option("b1-101")
        typed(page, first.number)
        expect(photo).to_be_visible()
        page.route(re.compile("/files/"), hold)
        with page.expect_request(re.compile("/files/")):
            typed(page, second.number)
        expect(detail).to_contain_text(second.number)
        expect(photo).to_be_hidden()
        assert held, "the second is not loaded yet"
        held.pop().continue_()
        expect(photo).to_be_visible()
        typed(page, bare.number)
        expect(detail).to_contain_text(bare.number)
        expect(photo).to_be_hidden()


@pytest.mark.parametrize("end", ["the count is over", "he is told so elsewhere", "he signs out", "his session ended"])
def test_in_the_cellar_each_thing_shows_its_picture_which_stays_no_longer_than_the_count_and_the_session(
    live_server, end
):
    school = make_school()
    things = school.things("b1-101", 2)
    for thing in things:
        photographing.photograph(by=school.actor("T5"), asset=thing, picture=frame_of(thing.number))
    take = backdated(opened(school))
    address, key = f"/assets/count/{take.public_id}/", str(take.public_id)
    with phone(school, live_server) as page:
        photo = page.locator('[data-part="picture"]')
        page.goto(address)
        page.evaluate(KEPT)
        wait_until(page, PICTURES, arg=[key, 2])
        page.context.set_offline(True)
        page.reload()
        page.get_by_role("button", name="输入编号").click()
        page.get_by_label(re.compile("房间（扫不到房间码时选）")).select_option("b1-101")
        for thing in things:
            typed(page, thing.number)
            expect(page.locator('[data-part="detail"]')).to_contain_text(thing.number)
            expect(page.locator('[data-part="last"]')).to_have_attribute("data-tone", "attention")
            expect(photo).to_be_visible()
            assert photo.evaluate("one => one.naturalWidth") <= 192, "the small one"
        look_at(page, "assets-counter-picture")
        if end == "his session ended":
            page.context.clear_cookies()
        page.context.set_offline(False)
        if end == "his session ended":
            expect(page.get_by_text("请先登录，再上传")).to_be_visible()
        else:
            expect(page.locator('[data-part="queued"]')).to_have_text("0")
        if end == "he signs out":
            page.evaluate("document.querySelector('form[action$=\"sign-out\"]').submit()")
        elif end != "his session ended":
            beside(lambda: concluding.ask(by=school.actor("T5"), take=take))
            page.goto(address if end == "the count is over" else "/assets/count/")
        wait_until(page, PICTURES, arg=[key, 0])


def test_what_waits_on_a_phone_when_the_count_is_over_still_comes_in(live_server):
    school = make_school()
    [thing] = school.things("b1-101", 1)
    take = backdated(opened(school))
    with phone(school, live_server) as page:
        page.route(re.compile("/rows/$"), lambda route: route.abort())
        page.goto(f"/assets/count/{take.public_id}/")
        expect(page.get_by_text("盘点人：李老师")).to_be_visible()
        page.get_by_role("button", name="输入编号").click()
        typed(page, "OLD/2019-7")
        expect(page.locator('[data-part="verdict"]')).to_have_text("名单里没有")
        typed(page, thing.number)
        expect(page.locator('[data-part="verdict"]')).to_have_text("还没扫房间码，这件算未证实")
        page.get_by_role("button", name="现在是别人在用").click()
        expect(page.locator('[data-part="verdict"]')).to_have_text("已记下：领用人不符")
        expect(page.locator('[data-part="queued"]')).to_have_text("2")
        beside(lambda: concluding.ask(by=school.actor("T5"), take=take))
        page.goto("/assets/count/")
        expect(page.get_by_text("现在没有要您盘点的")).to_be_visible()
        look_at(page, "assets-counting")
        page.unroute_all()
        page.get_by_role("link", name="去上传 (2)").click()
        expect(page.get_by_text("盘点已经结束")).to_be_visible()
        expect(page.locator('[data-part="queued"]')).to_have_text("0")
    rows = beside(lambda: dict(CountRow.objects.values_list("number", "is_other_keeper")))
    assert rows == {"OLD/2019-7": False, thing.number: True}


def test_a_photo_taken_in_the_cellar_is_read_by_the_school_and_one_without_a_label_stays_with_its_words(live_server):
    school = make_school()
    here, other = school.things("b1-101", 2)
    take = backdated(opened(school))

    def shoot(button, *codes, content=b""):
        with page.expect_file_chooser() as chosen:
            button.click()
        buffer = content or photo_of(*codes)
        chosen.value.set_files({"name": "1.jpg", "mimeType": "image/jpeg", "buffer": buffer})

    with phone(school, live_server) as page:
        page.goto(f"/assets/count/{take.public_id}/")
        expect(page.locator('[data-part="left"]')).to_have_text("2")
        page.evaluate(KEPT)
        page.context.set_offline(True)
        shoot(page.get_by_role("button", name="拍照", exact=True), content=bytes(LARGEST + 1))
        expect(page.locator('[data-part="verdict"]')).to_have_text("照片没有收下")
        shoot(page.get_by_role("button", name="拍照", exact=True), here.number, room_code("b1-101"))
        expect(page.locator('[data-part="verdict"]')).to_have_text("照片留下了，等学校读标签")
        shoot(page.get_by_role("button", name=f"拍照 台式计算机 {other.number}"), here.number)
        expect(page.locator('[data-part="queued"]')).to_have_text("2")
        page.reload()
        expect(page.locator('[data-part="queued"]')).to_have_text("2")
        assert beside(CountRow.objects.count) == 0
        page.context.set_offline(False)
        expect(page.locator('[data-part="queued"]')).to_have_text("0")
        expect(page.locator('[data-part="left"]')).to_have_text("1")
        refused = page.locator('[data-part="refused-photos"] li')
        expect(refused).to_contain_text(f"照片里的标签是 {here.number}，不是 {other.number}")
        look_at(page, "assets-counter-photo")
        page.reload()
        expect(refused).to_have_count(1)
        refused.get_by_role("button", name="删掉").click()
        expect(refused).to_have_count(0)
    rows = beside(lambda: [(one.number, one.method, one.has_room_code) for one in CountRow.objects.all()])
    assert rows == [(here.number, "photo", True)]


def test_another_phone_saw_it_first(live_server):
    school = make_school()
    [thing, other] = school.things("b1-101", 2)
    take = backdated(opened(school))
    beside(lambda: bring(school, take, [row(thing.number)], who="T3"))
    with phone(school, live_server) as page:
        page.goto(f"/assets/count/{take.public_id}/")
        expect(page.locator('[data-part="left"]')).to_have_text("1")
        beside(lambda: bring(school, take, [row(other.number)], who="T3"))
        page.get_by_role("button", name="输入编号").click()
        page.get_by_label(re.compile("房间（扫不到房间码时选）")).select_option("b1-101")
        typed(page, other.number)
        expect(page.locator('[data-part="verdict"]')).to_have_text("已扫过")
        expect(page.locator('[data-part="detail"]')).to_contain_text("别的手机先扫过")


def cut_answer(route, cut):
    """The rows arrive, and the phone never hears of it: it sends them again."""
    if route.request.method == "POST" and not cut:
        cut.append(route.fetch().status)
        route.abort()
    else:
        route.continue_()
