"""The service hall in a real browser: four presses to a report, a worker in a cellar without a network, an anonymous complaint and its answer.

The browser's own reckoning stands against the published vectors of RFC 9474 and RFC 7748.
"""

import io
import json
import random
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

import nanhu.services.requests.tests as room_tests
from nanhu.services.network.reach.sample import draw_outlines
from nanhu.services.requests.models import Request, SpentToken, TokenIssue, TokenKey
from nanhu.services.requests.services import answering
from nanhu.services.requests.tests.conftest import make_school, set_crowd
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import on_console_error, open_browser, wait_until
from tests.journeys.kiosks import beside

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
VECTOR = json.loads((Path(room_tests.__file__).parent / "rfc9474.json").read_text("utf-8"))
AGREES = """async ([blinding, sealing, vector]) => {
  const { blind, finalize, fromHex, inverse, prepare, toHex } = await import(blinding);
  const { x25519 } = await import(sealing);
  const message = prepare(fromHex(vector.msg), fromHex(vector.msg_prefix));
  const factor = inverse(BigInt(`0x${vector.inv}`), BigInt(`0x${vector.n}`));
  const { blinded, inverse: undo } = await blind(vector.n, message, { salt: fromHex(vector.salt), factor });
  const signature = await finalize(vector.n, message, vector.blind_sig, undo);
  const flipped = vector.blind_sig.slice(0, -1) + (vector.blind_sig.at(-1) === "0" ? "1" : "0");
  const refused = await finalize(vector.n, message, flipped, undo).then(() => false, () => true);
  const point = x25519(fromHex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                       fromHex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"));
  return [blinded === vector.blinded_msg, signature === vector.sig, refused,
          toHex(point) === "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"];
}"""
TOKENS = "nanhu-anonymous-tokens"
TAKEN = f"JSON.parse(localStorage.getItem('{TOKENS}') ?? '[]').length === 3"
CLOCK = """const real = Date.now.bind(Date);
Date.now = () => real() + Number(globalThis.localStorage?.getItem("ahead") ?? 0);"""
AHEAD = "minutes => localStorage.setItem('ahead', String(minutes * 60_000))"
LOSE_ONE_ANSWER = """() => {
  const real = globalThis.fetch;
  globalThis.fetch = async (address, ...more) => {
    const answer = await real(address, ...more);
    if (!address.endsWith("/send/")) return answer;
    globalThis.fetch = real;
    throw new TypeError("lost");
  };
}"""
CHANGE = """([store, change]) => {
  const [first, ...others] = JSON.parse(localStorage.getItem(store));
  localStorage.setItem(store, JSON.stringify([{ ...first, ...change }, ...others]));
}"""
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const cache = await caches.open("nanhu-own-work-1");
  while (!(await cache.match(location.pathname))) await new Promise((later) => setTimeout(later, 50));
}"""


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), (90, 120, 90)).save(out, "JPEG")
    return out.getvalue()


def noise() -> bytes:
    """A photo that is refused at its full size."""
    out = io.BytesIO()
    Image.frombytes("RGB", (1500, 1400), random.Random(7).randbytes(1500 * 1400 * 3)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def school(live_server, monkeypatch):
    set_crowd(monkeypatch, 1)
    made = make_school()
    made.crew()
    draw_outlines({"d1": (113.1066, 29.3652, 113.1072, 29.3660), "t1": (113.1036, 29.3666, 113.1046, 29.3670)})
    cookies = {number: made.client(number).cookies["nanhu_session"].value for number in ("S1", "W2")}
    made.repair("S1", phone="13907300001")
    Request.objects.update(state="closed")
    return made, cookies


@pytest.fixture
def phone(live_server, school):
    faults: list[str] = []
    _made, cookies = school
    with open_browser() as chromium:

        def opened(number: str) -> Page:
            return page_of(chromium, live_server.url, cookies[number], faults)

        yield opened
    assert [one for one in faults if not re.search("ERR_(INTERNET_DISCONNECTED|FAILED)|status of (403|409)", one)] == []


def page_of(chromium: Browser, url: str, cookie: str, faults: list[str]) -> Page:
    width, height = SIZES["phone"]
    context = chromium.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        locale="zh-CN",
        has_touch=True,
        service_workers="allow",
    )
    context.add_cookies([{"name": "nanhu_session", "value": cookie, "url": url}])
    page = context.new_page()
    page.on("pageerror", lambda told: faults.append(str(told)))
    on_console_error(page, faults.append)
    return page


def test_a_report_a_cellar_and_a_complaint_that_nobody_can_trace(school, phone):
    made, _cookies = school
    student = phone("S1")
    student.goto("/requests/")
    look_at(student, "requests")
    wait_until(student, TAKEN)
    student.get_by_role("link", name="后勤报修").click()
    student.set_input_files("input[name=photos]", {"name": "a.png", "mimeType": "image/png", "buffer": noise()})
    expect(student.locator("[data-files]")).to_contain_text("a.jpg")
    look_at(student, "requests")
    student.get_by_role("button", name="我要报修").click()
    expect(student.get_by_text("已派单").first).to_be_visible()
    one = beside(lambda: Request.objects.get(state="assigned"))
    assert one.phone == "13907300001"

    worker = phone("W2")
    worker.goto("/requests/work/")
    worker.evaluate(KEPT)
    look_at(worker, "requests-work")
    worker.context.set_offline(True)
    worker.reload()
    worker.get_by_role("link", name="1 一栋", exact=True).click()
    expect(worker.get_by_role("heading", name="1 一栋")).to_be_in_viewport()
    job = worker.locator(f'[data-job="{one.public_id}"]')
    job.get_by_text("办", exact=True).click()
    job.get_by_label("做了什么").fill("换了水龙头")
    for kind, size, wrong in (("image/jpeg", 6_000_001, "一张照片最大 6 MB"), ("image/heic", 9, "请用 JPEG 或 PNG")):
        unread = {"name": "b.jpg", "mimeType": kind, "buffer": b"x" * size}
        job.get_by_label("修好的照片").set_input_files(unread)
        job.get_by_role("button", name="办完").click()
        expect(job.get_by_text(wrong)).to_be_visible()
        expect(worker.locator('[data-part="queued"]')).to_have_text("0")
    large = {"name": "b.png", "mimeType": "image/png", "buffer": noise()}
    assert len(large["buffer"]) > 6_000_000
    job.get_by_label("修好的照片").set_input_files(large)
    job.get_by_role("button", name="办完").click()
    expect(job.get_by_text("填好了，等着上传")).to_be_visible()
    expect(worker.get_by_text("没有网络，照常可以填")).to_be_visible()
    worker.context.set_offline(False)
    expect(worker.get_by_text("现在没有派给您班组的单")).to_be_visible()
    done = beside(lambda: Request.objects.get(pk=one.pk))
    assert (done.state, done.worker_id) == ("done", made["W2"])
    assert beside(lambda: done.photos.filter(is_after=True).count()) == 1

    student.goto("/requests/anonymous/")
    scripts = [student.locator("script[src*='requests/anonymous']").get_attribute("src")]
    blinding, sealing = (scripts[0].replace("anonymous", name) for name in ("blind", "replies"))
    assert student.evaluate(AGREES, [blinding, sealing, VECTOR]) == [True, True, True, True]
    assert beside(TokenIssue.objects.count) == 1, "the hall took them by itself"
    button, count = student.get_by_role("button", name="匿名提交"), student.locator('[data-part="count"]')
    expect(count).to_have_text("3")
    expect(student.get_by_role("button", name="领三张")).to_be_hidden()
    student.add_init_script(CLOCK)
    for minutes in (0, 59):
        student.evaluate(AHEAD, minutes)
        student.reload()
        expect(count).to_have_text("3")
        expect(button).to_be_disabled()
    student.evaluate(AHEAD, 6 * 60 + 1)
    student.reload()
    expect(button).to_be_enabled()
    look_at(student, "requests")
    sent = []
    student.on("request", lambda asked: sent.append(asked) if asked.url.endswith("/send/") else None)
    student.get_by_label("哪个单位").fill("1016 后勤管理处")
    student.get_by_label("什么事").fill("食堂的肉变味了")
    student.set_input_files("#a-photos", {"name": "c.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    student.evaluate(LOSE_ONE_ANSWER)
    button.click()
    expect(student.get_by_text("没有等到回音")).to_be_visible()
    button.click()
    expect(student.get_by_text("上一次按下时已经收下")).to_be_visible()
    expect(student.locator('[data-part="code"]')).to_have_text(re.compile(r"^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$"))
    brought = [asked.all_headers() for asked in sent]
    assert [(one.get("cookie"), one.get("referer", "")) for one in brought] == [(None, "")] * 2
    code = student.locator('[data-part="code"]').inner_text()
    secret = beside(lambda: Request.objects.get(is_anonymous=True))
    assert (secret.words, beside(SpentToken.objects.count)) == ("食堂的肉变味了", 1)
    beside(lambda: answering.answer(by=made.actor("C1"), request=secret, words="已下架，谢谢。"))
    student.get_by_label("回执码").fill(code.lower())
    student.get_by_role("button", name="看答复").click()
    expect(student.get_by_text("已下架，谢谢。")).to_be_visible()

    student.get_by_label("什么事").fill("还有一件")
    student.evaluate(CHANGE, [TOKENS, {"modulus": "ff"}])
    button.click()
    expect(student.get_by_text("签名公钥和公布的不一样")).to_be_visible()
    student.evaluate(
        CHANGE, [TOKENS, {"modulus": beside(lambda: TokenKey.objects.get().modulus), "signature": "00" * 256}]
    )
    button.click()
    expect(student.get_by_text("没有收下")).to_be_visible()
    expect(count).to_have_text("1")
    student.evaluate(CHANGE, [TOKENS, {"term": "2020-2021-1"}])
    student.reload()
    expect(count).to_have_text("0")
    expect(student.get_by_role("button", name="领三张")).to_be_visible()
    assert beside(Request.objects.filter(is_anonymous=True).count) == 1


OF_ANOTHER = """async (job) => {
  const opening = indexedDB.open("nanhu-work", 1);
  await new Promise((resolve) => (opening.onsuccess = resolve));
  const writing = opening.result.transaction("forms", "readwrite");
  writing.objectStore("forms").put({ token: "t1", account: "0", job, action: "/nowhere/", fields: [], ends: true, at: 1 });
  await new Promise((resolve) => (writing.oncomplete = resolve));
  opening.result.close();
}"""


def test_what_another_account_filled_in_on_the_phone_hides_no_form(school, phone):
    made, _cookies = school
    one = beside(made.repair)
    worker = phone("W2")
    worker.goto("/requests/work/")
    worker.evaluate(OF_ANOTHER, str(one.public_id))
    worker.reload()
    expect(worker.locator('[data-part="queued"]')).to_have_text("1")
    job = worker.locator(f'[data-job="{one.public_id}"]')
    expect(job.locator("details")).to_be_visible()
    expect(job.locator("[data-kept]")).to_be_hidden()


def test_what_the_school_did_not_take_says_why_and_waits_no_more(school, phone):
    made, _cookies = school
    one = beside(made.repair)
    worker = phone("W2")
    worker.goto("/requests/work/")
    worker.evaluate(KEPT)
    worker.context.set_offline(True)
    job = worker.locator(f'[data-job="{one.public_id}"]')
    job.get_by_text("办", exact=True).click()
    job.get_by_label("做了什么").fill("换了水龙头")
    job.get_by_label("修好的照片").set_input_files({"name": "b.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    job.get_by_role("button", name="办完").click()
    expect(job.get_by_text("填好了，等着上传")).to_be_visible()
    beside(lambda: Request.objects.filter(pk=one.pk).update(state="withdrawn"))
    worker.context.set_offline(False)
    expect(worker.locator('[data-part="reasons"]')).to_contain_text("已撤回")
    expect(job.locator("[data-refused]")).to_contain_text("已撤回")
    expect(worker.locator('[data-part="queued"]')).to_have_text("0")
    expect(job.get_by_text("填好了，等着上传")).to_be_hidden()
