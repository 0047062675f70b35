"""The life of a thing in a real browser: bought, looked at by two, handed out, confirmed on the phone, transferred, scrapped; a teacher who leaves."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from nanhu.kernel.clock import campus_today
from nanhu.systems.assets.tests.conftest import make_school
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@contextmanager
def people(school, live_server, **numbers):
    """Each with a browser of their own, on a desk or on a phone: `keeper=("T1", "desk")`."""
    cookies = {number: school.client(number).cookies["nanhu_session"].value for number, _kind in numbers.values()}
    with open_browser() as chromium:
        pages = []
        for number, kind in numbers.values():
            width, height = SIZES[kind]
            context = chromium.new_context(
                base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
            )
            context.add_cookies([{"name": "nanhu_session", "value": cookies[number], "url": live_server.url}])
            pages.append(context.new_page())
        yield pages


def fill(page, **said):
    for label, value in said.items():
        field = page.get_by_label(re.compile(f"^{label}"))
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def press(page, name, *, exact=True):
    page.get_by_role("button", name=name, exact=exact).click()


def said(page, words):
    expect(page.locator("main, .messages").get_by_text(words).first).to_be_visible()


def open_receipt(keeper):
    keeper.goto("/assets/unit/")
    keeper.get_by_role("link", name="开验收单").click()
    today = f"{campus_today():%Y-%m-%d}"
    fill(
        keeper,
        采购内容="机房电脑",
        供应商="联想",
        发票号="26440000000012345678",
        发票金额="6999",
        入库单位="12",
        采购经办人="T4",
        验收人一="T2",
        验收人二="T3",
        分类="A0201",
        资产名称="台式计算机",
        单价="6999",
        投入使用日期=today,
    )
    keeper.locator("main form").get_by_role("button").last.click()
    said(keeper, "验收单已开")


def confirm_on_the_phone(phone):
    phone.goto("/assets/mine/")
    phone.get_by_role("link", name="看看是不是都在").click()
    press(phone, "1 件都在，确认")
    said(phone, "已确认 1 件。")


def test_a_thing_from_its_purchase_to_its_disposal(live_server):
    school = make_school()
    everybody = {
        "keeper": ("T1", "desk"),
        "first": ("T2", "phone"),
        "second": ("T3", "phone"),
        "office": ("T5", "desk"),
        "agreeing": ("T6", "desk"),
        "receiver": ("T8", "phone"),
        "other_keeper": ("T7", "desk"),
    }
    with people(school, live_server, **everybody) as (keeper, first, second, office, agreeing, receiver, other_keeper):
        open_receipt(keeper)
        for inspector in (first, second):
            inspector.goto("/assets/mine/receipts/")
            inspector.get_by_role("link", name="机房电脑").click()
            press(inspector, "验收合格，签字")
            said(inspector, "已签字。")

        keeper.goto("/assets/unit/?q=台式计算机")
        number = keeper.locator("table.rows tbody th a").first.inner_text()
        keeper.goto(f"/a/{number}")
        expect(keeper.locator("main")).to_contain_text("资产标签")
        thing = hand_out(keeper)
        look_at(first, "assets-nothing-yet")
        first.goto("/assets/mine/")
        look_at(first, "assets-mine-waits")
        confirm_on_the_phone(first)

        keeper.goto(thing)
        keeper.get_by_role("link", name="调拨到别的单位").click()
        fill(keeper, 调入单位="13", 领用人="T8", 存放地点="b1-102", 原因="专业调整")
        keeper.locator("main form").get_by_role("button").last.click()
        said(keeper, "已提出调拨")
        other_keeper.goto("/assets/unit/transfers/")
        other_keeper.get_by_role("link", name=number).click()
        other_keeper.get_by_label("答复").select_option("1")
        other_keeper.locator("main form").get_by_role("button").last.click()
        said(other_keeper, "已答复。")
        office.goto("/assets/transfers/")
        look_at(office, "assets-transfers")
        office.goto(office.get_by_role("link", name=number).get_attribute("href"))
        press(office, "同意调拨")
        said(office, "已调拨。")
        confirm_on_the_phone(receiver)

        other_keeper.goto(thing)
        other_keeper.get_by_role("link", name="申请报废").click()
        fill(other_keeper, 原因="雨水浸泡，无法修复")
        other_keeper.locator("main form").get_by_role("button").last.click()
        said(other_keeper, "已转待报废")
        scrap(office, agreeing)
        office.goto(thing.replace("/unit/", "/office/"))
        expect(office.locator("main")).to_contain_text("已处置")
        look_at(office, "assets-thing")


def hand_out(keeper):
    keeper.goto("/assets/unit/?q=台式计算机")
    thing = keeper.locator("table.rows tbody th a").first.get_attribute("href")
    keeper.goto(thing)
    keeper.get_by_role("link", name="领用", exact=True).click()
    fill(keeper, 领用人="T2", 存放地点="b1-101")
    keeper.locator("main form").get_by_role("button").last.click()
    said(keeper, "已发放")
    return thing


def scrap(office, agreeing):
    office.goto("/assets/office/scrap/")
    office.locator("tbody .pick input").check()
    press(office, "并成一批处置…")
    fill(office, 名称="浸水电脑", 原因="雨水浸泡", 技术鉴定意见="主板、硬盘损坏，无修复价值", 数据清除证明="硬盘已销毁")
    office.locator("main form").get_by_role("button").last.click()
    said(office, "已提出")
    agreeing.goto("/assets/disposals/")
    agreeing.goto(agreeing.get_by_role("link", name="浸水电脑").get_attribute("href"))
    press(agreeing, "同意处置", exact=False)
    said(agreeing, "已处置。")


def test_a_teacher_who_leaves_hands_over_in_the_room_by_a_code(live_server):
    school = make_school()
    things = [school.thing(name, keeper="T2") for name in ("笔记本电脑", "投影仪")]
    with people(school, live_server, giver=("T2", "phone"), taker=("T3", "phone")) as (giver, taker):
        confirm = re.compile("2 件都在，确认")
        giver.goto("/assets/mine/confirm/")
        giver.get_by_role("button", name=confirm).click()
        giver.goto("/assets/mine/hand-over/")
        for thing in things:
            giver.get_by_label(re.compile(thing.number)).check()
        look_at(giver, "assets-hand-over")
        press(giver, "出示移交码")
        expect(giver.get_by_alt_text("移交码")).to_be_visible()
        taker.goto(giver.url)
        expect(taker.locator("main")).to_contain_text("李老师 T2 移交")
        press(taker, "东西已在我手上，确认接收")
        said(taker, "已移交到您名下。")
        for thing in things:
            expect(taker.locator("main")).to_contain_text(thing.number)
        giver.goto("/assets/mine/")
        expect(giver.locator("main")).to_contain_text("名下没有资产")
        taker.goto(f"/assets/mine/hand-over/{'x' * 22}/")
        expect(taker.locator("body")).to_contain_text("移交码已过期或已用过")
