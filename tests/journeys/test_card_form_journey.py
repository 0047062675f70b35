"""个人办卡申请表 in a real browser: what is typed is looked at as soon as a field is left (§5.4.5)."""

import pytest
from playwright.sync_api import expect

from nanhu.testing.accessibility import accessibility_faults
from tests.journeys import test_card_journey

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
campus, chromium, sign_in = test_card_journey.campus, test_card_journey.chromium, test_card_journey.sign_in


@pytest.mark.capability("A109.1")
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_fault_is_told_beside_its_field_as_it_is_typed_and_goes_when_it_is_mended(sign_in, size):
    page = sign_in("clerk", size)
    page.goto("/card/issuing/personal/?card_class=teacher")
    phone, document = page.get_by_label("电话"), page.get_by_label("证件号")
    phone.fill("123")
    phone.press("Tab")
    beside = page.locator(".field", has=phone)
    expect(beside).to_contain_text("不是手机号码")
    expect(phone).to_have_attribute("aria-invalid", "true")
    expect(phone).to_have_value("123")
    assert page.evaluate("document.activeElement.name") not in {"phone", ""}, "one goes on typing"
    page.get_by_label("证件类型").select_option("居民身份证")
    document.fill("43060219990101001")
    document.press("Tab")
    expect(page.locator(".field", has=document)).to_contain_text("身份证号应是 18 位")
    found = accessibility_faults(page)
    assert not found, found
    phone.fill("13907301234")
    phone.press("Tab")
    expect(beside).not_to_contain_text("不是手机号码")
    expect(page.locator(".field", has=document)).to_contain_text("身份证号应是 18 位")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
