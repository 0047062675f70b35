"""What only a browser can show of the look: heads that stick, lists that fold, keys, large type, paper."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import django_htmx
import pytest
from django import forms
from django.test import RequestFactory
from django.utils.translation import override
from playwright.sync_api import Browser, Page, Route, expect

from nanhu.kernel.kit import Table, Text
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.ui.catalogue import sample_list
from nanhu.kernel.ui.contrast import SHAPE, ratio, to_hex
from nanhu.kernel.ui.dates import WEEKDAYS
from nanhu.kernel.ui.tests.test_components import rendered
from nanhu.testing.accessibility import IN_LARGE_TYPE, PICTURES, SCROLLS, VIEWS, View, accessibility_faults
from nanhu.testing.browsers import open_browser, wait_until

pytestmark = pytest.mark.journey
UI = Path(__file__).parent.parent / "static/ui"
SHEETS = ("tokens", "base", "layout", "components", "kit", "pages")
PAGE = """{% load ui %}<body class="page"><header class="top"><div class="top-inner">南湖</div></header><main class="shell"><div class="shell-inner">
<form><input type="search" id="own" name="q"></form>
<c-ui.table caption="流水"><thead><tr><th>时间</th><th>商户</th><th>类别</th><th>终端</th><th>备注</th><th>金额</th></tr></thead><tbody>{% for row in rows %}
<tr><th scope="row"><a href="#{{ row }}">{{ row }}</a></th><td data-label="商户">自选快餐</td><td data-label="类别">消费</td><td data-label="终端">N1001</td><td data-label="备注">食堂</td><td data-label="金额" class="num">¥ 9.50</td></tr>{% endfor %}</tbody></c-ui.table>
<ol data-rows id="list"><li><a href="#a">甲</a></li><li><a href="#b">乙</a></li></ol>
<div class="cluster"><c-ui.button>确认收取工本费并打印收据</c-ui.button><c-ui.button tone="quiet">返回</c-ui.button></div>
</div></main></body>"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


def opened(
    chromium: Browser,
    *,
    width: int,
    height: int = 844,
    attributes: str = "",
    scheme: Literal["light", "dark"] = "light",
    body: str = PAGE,
    **shown: Any,
) -> Page:
    body = rendered(body, **({"rows": range(40)} | shown))
    styles = "".join(f"<style>{(UI / f'css/{name}.css').read_text()}</style>" for name in SHEETS)
    styles += f"<style media=print>{(UI / 'css/print.css').read_text()}</style>"
    scripts = "".join(
        f"<script type=module>{(UI / f'js/{name}.js').read_text()}</script>"
        for name in ("tables", "keys", "uploads", "menus")
    )
    page = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()
    page.set_content(f"<!doctype html><html {attributes}><head>{styles}</head>{body}{scripts}</html>")
    return page


SECTION = """<body class="console"><nav class="section"><div class="section-inner">
<a class="section-name" href="#own"><span>Correct personal information, wherever it came from</span></a>
<div class="section-nav"><ul></ul></div></div></nav></body>"""


def test_a_long_name_of_a_room_moves_no_phone_sideways(chromium: Browser) -> None:
    page = opened(chromium, width=390, attributes='lang="en" data-type="large"', body=SECTION)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


FILTERS = """<div class="filters"><form class="filter-fields"><label class="filter"><span class="filter-label">类别</span>
<select><option value="">类别</option><option value="a">甲</option></select></label>
<label class="filter"><span class="filter-label">从</span><input type="date"></label></form></div>"""


def test_a_filter_that_says_its_name_itself_says_it_once_on_a_phone(chromium: Browser) -> None:
    for width, seen in ((390, [False, True]), (1440, [True, True])):
        page = opened(chromium, width=width, body=FILTERS)
        heights = page.locator(".filter-label").evaluate_all("all => all.map(one => one.offsetHeight > 1)")
        assert heights == seen, width


def test_the_head_of_a_long_table_stays_under_the_bar(chromium: Browser) -> None:
    page = opened(chromium, width=1440, height=900)
    page.evaluate("scrollTo(0, 700)")
    bar = page.locator(".top").bounding_box()
    head = page.locator("thead th").first.bounding_box()
    assert bar
    assert head
    assert head["y"] == pytest.approx(bar["y"] + bar["height"], abs=1)


def test_a_list_on_a_phone_begins_short_and_opens_by_a_tap(chromium: Browser) -> None:
    page = opened(chromium, width=390)
    rows = page.locator("tbody tr")
    assert rows.count() == 40
    assert sum(row.is_visible() for row in rows.all()) == 12
    assert page.evaluate("document.documentElement.scrollHeight") < 3000
    assert not page.locator("tbody tr").first.locator("td[data-label='备注']").is_visible()
    page.locator(".row-more button").first.click()
    assert page.locator("tbody tr").first.locator("td[data-label='备注']").is_visible()
    page.locator(".table-rest").click()
    assert rows.last.is_visible()


def test_the_keys_reach_the_page_s_own_search_and_every_list_on_it(chromium: Browser) -> None:
    page = opened(chromium, width=1440, height=900)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "own"
    page.evaluate("document.activeElement.blur()")
    for _ in range(42):
        page.keyboard.press("j")
    assert page.locator("li[data-here]").inner_text() == "乙"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#b"


def test_large_type_on_a_phone_neither_scrolls_sideways_nor_breaks_a_button(chromium: Browser) -> None:
    page = opened(chromium, width=390, attributes='data-type="large"')
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".button").nth(1).evaluate("(button) => button.getBoundingClientRect().height") < 60


TWICE = """<body class="page"><main class="shell"><div class="shell-inner">
<div class="filters"><form class="filter-fields" role="search"><label class="filter"><span class="filter-label">名称、单位、拼音或号码</span><input type="search" name="q"></label></form></div>
<dl class="facts"><div><dt>学号、工号和所在单位</dt><dd class="cluster">20240518 <c-ui.button size="small">有误</c-ui.button></dd></div></dl>
<c-ui.field :field="form.photo" /></div></main></body>"""
SORTED = """<body class="page"><main class="shell"><div class="shell-inner"><button>前</button>
<table class="{{ kind }}"><thead><tr><td><label><input type="checkbox"></label></td><th><a href="?sort=a">时间</a></th><th><a href="?sort=b">商户</a></th></tr></thead>
<tbody><tr><td data-label="时间">12:04</td><td data-label="商户">一食堂</td></tr></tbody></table></div></main></body>"""


def test_words_twice_as_large_push_nothing_out_of_a_phone(chromium: Browser) -> None:
    page = opened(chromium, width=390, body=TWICE, attributes='style="font-size: 200%"', form=PhotoForm())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("kind", ["rows", "table"])
def test_the_head_of_a_list_that_a_phone_hides_is_seen_when_the_keys_reach_it(chromium: Browser, kind: str) -> None:
    page = opened(chromium, width=390, body=SORTED, kind=kind)
    seen = []
    for _stop in range(4):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                """() => {
                    const one = document.activeElement, box = one.getBoundingClientRect();
                    const found = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                    return found === one || one.contains(found);
                }"""
            )
        )
    assert seen == [True] * 4
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("button").focus()
    assert page.locator("thead").evaluate("(head) => head.getBoundingClientRect().width") <= 1


STRIP = """<body class="page"><div class="section"><div class="section-inner"><a class="section-name" href="/">数据中心</a>
<div class="section-nav"><ul>{% for word in words %}<li><a href="#{{ word }}">{{ word }}</a></li>{% endfor %}</ul></div>
<details class="section-more" data-menu><summary>更多</summary><ul><li><a href="#m">体检</a></li></ul></details></div></div><p><a href="#on">正文</a></p></body>"""


def test_each_tab_of_a_strip_that_goes_on_sideways_is_seen_when_the_keys_reach_it(chromium: Browser) -> None:
    words = ["批次", "共享表", "供给方切换", "数据来历", "大表", "数据流向", "保存规定", "质量", "放行申请"]
    for width in range(380, 400, 4):  # at some of them a tab shows a few dots of itself
        page = opened(chromium, width=width, body=STRIP, words=words)
        strip = page.locator(".section-nav ul").bounding_box()
        assert strip
        page.locator(".section-name").focus()
        for word in words:
            page.keyboard.press("Tab")
            box = page.locator(":focus").bounding_box()
            assert box
            assert page.locator(":focus").inner_text() == word
            assert strip["x"] <= box["x"], (width, word)
            assert box["x"] + box["width"] <= strip["x"] + strip["width"], (width, word)


def test_a_menu_closes_behind_the_keys_and_gives_the_focus_back_to_escape(chromium: Browser) -> None:
    page = opened(chromium, width=390, body=STRIP, words=["批次"])
    menu, summary = page.locator("details"), page.locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert menu.get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    for _stop in range(2):
        page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "正文"
    assert menu.get_attribute("open") is None


DESK = """<body class="page console"><main class="shell"><div class="shell-inner"><h1>维修申请</h1><div class="stack"><c-kit.list :list="list" /></div>
<p><a href="#on">正文</a></p></div></main></body>"""


@pytest.mark.parametrize("seen", VIEWS.values(), ids=list(VIEWS))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_columns_are_chosen_by_the_keys_and_lie_within_the_screen(chromium: Browser, seen: View, language: str) -> None:
    with override(language):
        page = opened(
            chromium,
            width=seen.width,
            height=seen.height,
            scheme=seen.scheme,
            body=DESK,
            attributes=f'lang="{language}"',
            list=sample_list(),
        )
    page.evaluate("document.title = '维修申请'")
    closed = page.locator(".rows").bounding_box()
    if PICTURES:
        page.locator(".columns > summary").click()
        page.screenshot(path=f"{PICTURES}/columns-{language}-{seen.width}.png")
        page.locator(".columns > summary").click()
    page.locator(".columns > summary").focus()
    page.keyboard.press("Enter")
    boxes = page.locator(".columns input[type=checkbox]:visible")
    assert boxes.first.is_disabled(), "what names the row"
    assert boxes.count() == (5 if seen.width > 700 else 4), "a phone has no room for the last"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert not boxes.nth(1).is_checked()
    form = page.locator(".columns-form").bounding_box()
    assert form
    assert form["x"] >= 0
    assert form["x"] + form["width"] <= seen.width
    assert accessibility_faults(page) == []
    assert not page.evaluate(SCROLLS)
    assert page.evaluate(IN_LARGE_TYPE) == []
    page.keyboard.press("Escape")
    assert page.locator(".rows").bounding_box() == closed, "closed, it takes no room"


HEAT = """<body class="page"><main class="shell"><div class="shell-inner"><h1>上网</h1><c-ui.card title="一周">
<c-ui.heat :rows="rows" :columns="columns" label="一周里什么时候最忙？" value="周日 23 时，1,204 台" /></c-ui.card></div></main></body>"""


@pytest.mark.parametrize("seen", VIEWS.values(), ids=list(VIEWS))
def test_a_heat_chart_and_its_numbers_stay_within_a_phone(chromium: Browser, seen: View) -> None:
    rows = [(day, [(at * 7 + hour * hour) % 23 * 40 + 300 for hour in range(24)]) for at, day in enumerate(WEEKDAYS)]
    size, shown = (
        {"width": seen.width, "height": seen.height, "scheme": seen.scheme},
        {"rows": rows, "columns": range(24)},
    )
    with override("en"):
        page = opened(chromium, **size, body=HEAT, attributes='lang="en"', **shown)
    page.evaluate("document.title = '上网'")
    page.locator(".chart-table summary").click()
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/heat-{seen.width}.png", full_page=True)
    assert page.locator(".heat-table tbody tr").count() == 24
    assert accessibility_faults(page) == []
    assert not page.evaluate(SCROLLS)
    assert page.evaluate(IN_LARGE_TYPE) == []
    plot, names = page.locator(".heat-plot").bounding_box(), page.locator(".heat-names").bounding_box()
    assert plot
    assert names
    assert names["x"] + names["width"] <= plot["x"], "each name beside its row"
    assert names["height"] == pytest.approx(plot["height"], abs=2)


BESIDE = """<!doctype html><head><meta name="viewport" content="width=device-width"><script>%s</script><script type="module">%s</script></head><body>
<table><tr><td><a href="/orders/7/?state=open" data-panel hx-get="/orders/7/?state=open" hx-target="#panel" hx-trigger="panel">7</a></td></tr></table>
<aside id="panel" tabindex="-1" hidden></aside></body>"""
OPENED = """<a href="?sort=name">名称</a><form class="filters"><input type="hidden" name="q" value="a"><button>筛选</button></form>
<form class="deed" method="post"><button>办结</button></form><input hx-get="?suggest=who" hx-trigger="input" hx-target="#found" name="who"><p id="found"></p>"""


def beside(chromium: Browser, width: int, opened: str) -> tuple[Page, list[str]]:
    """A list whose row opens this page; and what the campus was asked meanwhile."""
    htmx = (Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js").read_text()
    whole, asked = BESIDE % (htmx, (UI / "js/lists.js").read_text()), list[str]()
    page = chromium.new_context(viewport={"width": width, "height": 844}).new_page()

    def answer(route: Route) -> None:
        asked.append(f"{route.request.method} {route.request.url.removeprefix('http://campus.test')}")
        body = opened if "/7/" in route.request.url else whole
        route.fulfill(body=body, content_type="text/html; charset=utf-8")

    page.route("http://campus.test/**", answer)
    return page, asked


class Orders(Table):
    number, place, state, price = (Text(head) for head in ("编号", "地点", "状态", "金额"))


def test_the_columns_of_a_page_beside_a_list_are_chosen_of_it(chromium: Browser, rf: RequestFactory) -> None:
    request: Any = rf.get("/orders/7/?state=open&columns=place")
    request.viewer, request.is_panel = SimpleNamespace(account_id=None), True
    rows = Listing(request, Orders, [{"number": "7"}], is_whole_page=True)
    page, asked = beside(chromium, 1440, rendered('<c-kit.filters :list="rows" />', rows=rows))
    for press, wanted in (
        ("显示", "GET /orders/7/?state=open&columns=number&columns=place&columns=price"),
        ("全部列", "GET /orders/7/?state=open"),
    ):
        page.goto("http://campus.test/orders/?page=2")
        page.get_by_text("7", exact=True).click()
        page.locator("#panel:not(.htmx-settling) summary").click()
        page.get_by_label("金额").check()
        with page.expect_navigation():
            page.get_by_text(press, exact=True).click()
        assert asked[-1] == wanted


@pytest.mark.parametrize("width", [390, 1440])
def test_what_a_page_beside_a_list_asks_of_itself_is_asked_of_it(chromium: Browser, width: int) -> None:
    page, asked = beside(chromium, width, OPENED)
    for press, wanted in (
        ("a[href*=sort]", "GET /orders/7/?sort=name"),
        (".filters button", "GET /orders/7/?q=a"),
        (".deed button", "POST /orders/7/?state=open"),
    ):
        page.goto("http://campus.test/orders/?page=2")
        page.get_by_text("7", exact=True).click()
        page.locator(press).wait_for()
        with page.expect_navigation():
            page.locator(press).click()
        assert asked[-1] == wanted
    if width < 1440:
        return
    page.goto("http://campus.test/orders/?page=2")
    page.get_by_text("7", exact=True).click()
    listened_to = page.locator("#panel > [name=who]:not(.htmx-added)")
    listened_to.wait_for()
    with page.expect_response("**/*suggest*") as suggested:
        listened_to.fill("林")
    assert "/orders/7/?suggest=who" in suggested.value.url


def test_a_press_that_leads_on_is_over_when_the_next_page_listens(chromium: Browser) -> None:
    """Of Playwright itself when its first byte is there: what a test then types would be heard by nobody."""
    page = chromium.new_context().new_page()
    answers = {"": '<a href="/next">往下</a>', "next": '<input><script type="module" src="/late.js"></script>'}
    script = (
        "document.querySelector('input').addEventListener('input', ({ target }) => (document.title = target.value))"
    )

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix("http://campus.test/")
        kind = "text/javascript" if name == "late.js" else "text/html; charset=utf-8"
        if name == "late.js":
            page.wait_for_timeout(200)
        route.fulfill(body=answers.get(name, script), content_type=kind)

    page.route("http://campus.test/**", answer)
    page.goto("http://campus.test/")
    page.get_by_text("往下").click()
    page.locator("input").fill("听见了")
    assert page.title() == "听见了"


DATES = """<body class="page"><main class="shell"><div class="shell-inner"><c-ui.card title="我的交易"><c-ui.table caption="我的交易"><tbody>{% for row in rows %}
<tr><th scope="row">{{ row }}</th><td data-label="发生时间"><time>2026-11-26 12:04:31</time></td><td data-label="入账时间"><time>2026-11-26 23:59:59</time></td></tr>{% endfor %}
</tbody></c-ui.table><dl class="slip-lines"><div><dt>有效期</dt><dd>2026-09-01 至 2030-06-30</dd></div></dl></c-ui.card></div></main></body>"""
CHART = """<body class="page"><main class="shell"><div class="shell-inner"><c-ui.card title="花费"><c-ui.chart :bars="bars" label="每日花费" unit="元" /></c-ui.card></div></main></body>"""
SEARCH = """<body class="page"><header class="top"><div class="top-inner"><form class="top-search"><input type="search" aria-label="搜索"></form></div></header></body>"""


FILE = """<body class="page"><main><form><c-ui.field :field="form.photo" /></form></main></body>"""


class PhotoForm(forms.Form):
    photo = forms.FileField(label="照片")


def test_a_chosen_file_is_named_and_a_picture_is_shown(chromium: Browser) -> None:
    page = opened(chromium, body=FILE, width=390, form=PhotoForm())
    page.set_input_files("#id_photo", {"name": "证件.png", "mimeType": "image/png", "buffer": b"\x89PNG" + b"0" * 3000})
    assert page.locator("[data-files]").inner_text() == "证件.png · 4 kB"
    assert page.locator("[data-files] img").count() == 1
    page.set_input_files("#id_photo", {"name": "名单.csv", "mimeType": "text/csv", "buffer": b"1"})
    assert page.locator("[data-files]").inner_text() == "名单.csv · 1 kB"
    assert page.locator("[data-files] img").count() == 0


RENEWED = """<!doctype html><head><script>%s</script><script type="module">%s</script></head><body>
<div id="fleet" hx-get="/" hx-trigger="renew" hx-select="#fleet" hx-swap="outerHTML">
<a href="/a">N1001</a> <a href="/b">N1002</a> <a href="/b">详情</a><form action="/stop"><button>停用</button></form><b>%s</b></div>
<input id="beside"></body>"""
WALKED = """<!doctype html><head><script>%s</script><script type="module">%s</script><script type="module">%s</script></head><body>
<div id="waiting" hx-get="/" hx-trigger="renew" hx-select="#waiting" hx-swap="outerHTML"><table data-rows><tbody>%s</tbody></table></div></body>"""


RENEW = """(part) => new Promise((settled) => {
  document.addEventListener("htmx:afterSettle", () => settled(), { once: true });
  htmx.trigger(part, "renew");
})"""
"""Until htmx has settled: a part that it has only just put in hears nothing."""


def test_a_part_that_renews_itself_keeps_the_focus(chromium: Browser) -> None:
    htmx = (Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js").read_text()
    script, page, loads = (UI / "js/renewals.js").read_text(), chromium.new_context().new_page(), count(1)
    page.route(
        "http://campus.test/**",
        lambda route: route.fulfill(
            body=RENEWED % (htmx, script, next(loads)), content_type="text/html; charset=utf-8"
        ),
    )
    page.goto("http://campus.test/")

    def renew() -> str:
        shown = int(page.locator("#fleet b").inner_text())
        page.evaluate(RENEW, "#fleet")
        expect(page.locator("#fleet b")).to_have_text(str(shown + 1))
        return page.evaluate(
            "document.activeElement.innerText || document.activeElement.id || document.activeElement.localName"
        )

    for words in ("N1002", "详情", "停用"):
        page.get_by_text(words, exact=True).focus()
        assert renew() == words
    page.locator("#beside").focus()
    assert renew() == "beside", "it takes the focus from nobody"
    page.evaluate("document.activeElement.blur()")
    assert page.evaluate("document.activeElement.localName") == "body"


def test_a_list_that_renews_itself_keeps_the_row_the_keys_have_come_to(chromium: Browser) -> None:
    htmx = (Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js").read_text()
    scripts = [(UI / f"js/{name}.js").read_text() for name in ("renewals", "keys")]
    page, waiting = chromium.new_context().new_page(), ["a", "b", "c"]
    page.route(
        "http://campus.test/**",
        lambda route: route.fulfill(
            body=WALKED
            % (htmx, *scripts, "".join(f"<tr><td>¥ 1</td><td><a href='#{one}'>{one}</a></td></tr>" for one in waiting)),
            content_type="text/html; charset=utf-8",
        ),
    )
    page.goto("http://campus.test/")

    def renew(*names: str) -> str:
        waiting[:] = names
        page.evaluate(RENEW, "#waiting")
        expect(page.locator("#waiting a")).to_have_text(names)
        return page.evaluate("document.activeElement.matches('tr[data-here]') ? document.activeElement.innerText : ''")

    page.keyboard.press("j")
    page.keyboard.press("j")
    assert renew("new", "a", "b", "c").endswith("b"), "the row that was walked to, wherever it stands now"
    page.keyboard.press("j")
    assert page.locator("tr[data-here]").inner_text().endswith("c")
    page.keyboard.press("Enter")
    expect(page).to_have_url("http://campus.test/#c")
    assert renew("new", "a") == "", "a row that is gone is no other row"


def test_dates_in_large_type_lie_over_nothing_on_a_phone(chromium: Browser) -> None:
    page = opened(chromium, body=DATES, width=390, rows=range(3))
    assert page.evaluate(IN_LARGE_TYPE) == []
    page.add_style_tag(content="tbody td { position: absolute; inset-block-start: 0; }")
    assert "lies over" in page.evaluate(IN_LARGE_TYPE)[0]


@pytest.mark.parametrize("count", [7, 31, 120])
def test_a_chart_stays_in_a_narrow_card(chromium: Browser, count: int) -> None:
    page = opened(chromium, body=CHART, width=320, bars=[(f"11月{day}日", 100_000 * day) for day in range(count)])
    inner, drawn = page.evaluate(
        """() => {
            const card = document.querySelector(".card").getBoundingClientRect();
            const parts = [...document.querySelectorAll(".chart *")].filter((one) => one.checkVisibility() && !one.closest(".chart-table"));
            return [[card.left, card.right], [Math.min(...parts.map((one) => one.getBoundingClientRect().left)), Math.max(...parts.map((one) => one.getBoundingClientRect().right))]];
        }"""
    )
    assert inner[0] <= drawn[0] <= drawn[1] <= inner[1]


def test_the_top_search_has_a_mark_that_is_seen_when_it_is_reached(chromium: Browser) -> None:
    page = opened(chromium, body=SEARCH, width=1440)
    page.keyboard.press("Tab")
    style, width, mark, ground = page.evaluate(
        """() => {
            const mark = getComputedStyle(document.querySelector(".top-search")), root = document.createElement("canvas").getContext("2d");
            const seen = (colour) => { root.fillStyle = colour; root.fillRect(0, 0, 1, 1); return [...root.getImageData(0, 0, 1, 1).data.slice(0, 3)]; };
            return [mark.outlineStyle, parseFloat(mark.outlineWidth), seen(mark.outlineColor), seen(getComputedStyle(document.querySelector(".top")).backgroundColor)];
        }"""
    )
    assert (style, width >= 2) == ("solid", True)
    assert ratio(*(to_hex(tuple(part / 255 for part in colour)) for colour in (mark, ground))) >= SHAPE


def test_paper_is_light_in_the_dark(chromium: Browser) -> None:
    page = opened(chromium, width=1440, attributes='data-theme="dark"', scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    wait_until(page, "matchMedia('print').matches")
    ink, paper = page.evaluate(
        "['--ink', '--surface'].map((name) => getComputedStyle(document.documentElement).getPropertyValue(name))"
    )
    assert (ink, paper) == ("#10303e", "#fffefb")
