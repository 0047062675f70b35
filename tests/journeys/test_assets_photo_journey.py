"""A photo of a thing: a face in it is covered with the finger before it is sent, and is in nothing that the school keeps."""

import pytest
from playwright.sync_api import expect

from nanhu.kernel.files import store
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.tests.conftest import make_school
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser
from tests.journeys.kiosks import beside
from tests.journeys.test_lostfound_journey import chequered, contrast_at

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def cover_the_middle(page):
    photo = page.get_by_role("img", name="照片 1")
    expect(photo).to_be_visible()
    photo.scroll_into_view_if_needed()
    box = photo.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()
    expect(page.get_by_role("button", name="上传", exact=True)).to_be_enabled()


def test_a_face_is_covered_before_the_photo_is_sent(live_server):
    school = make_school()
    thing = beside(lambda: school.thing(keeper="T2"))
    cookie = beside(lambda: school.client("T2").cookies["nanhu_session"].value)
    width, height = SIZES["phone"]
    with open_browser() as chromium:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
        )
        context.add_cookies([{"name": "nanhu_session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"/assets/mine/{thing.public_id}/photo/")
        page.locator("[type=file]").set_input_files({"name": "1.jpg", "mimeType": "image/jpeg", "buffer": chequered()})
        cover_the_middle(page)
        look_at(page, "assets-photo")
        page.get_by_role("button", name="上传", exact=True).click()
        expect(page.get_by_text("照片已保存。")).to_be_visible()
        context.close()
    kept = beside(lambda: store.get(Asset.objects.get(pk=thing.pk).picture.sha256))
    assert (contrast_at(kept, 0.5) < 30, contrast_at(kept, 0.1) > 150) == (True, True)
