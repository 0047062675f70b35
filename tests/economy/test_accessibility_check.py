"""The check of pages finds what it is there for, also at the first rows of a long list."""

import pytest

from nanhu.testing import accessibility
from nanhu.testing.accessibility import accessibility_faults, look_at
from nanhu.testing.browsers import open_browser

PAGE = """<html lang="zh-CN"><head><title>一页</title></head><body><nav aria-label="导航">{}</nav><main><h1>标题</h1>{}</main></body></html>"""
ROWS = "<table><thead><tr><th>名称</th></tr></thead><tbody>{}</tbody></table>"
PALE = '<span style="color: #ccc; background: #fff">看不清</span>'


def test_a_pale_word_and_a_nameless_button_are_found_and_a_whole_page_is_not():
    with open_browser() as browser:
        page = browser.new_page()

        def found(inside: str, around: str = "<b>甲</b>") -> set[str]:
            page.set_content(PAGE.format(around, inside))
            return {fault.partition(":")[0] for fault in accessibility_faults(page)}

        assert found("<p>看得清</p>" + ROWS.format("<tr><td>甲</td></tr>" * 40)) == set()
        assert found(PALE) == {"color-contrast"}
        assert found("<button></button>") == {"button-name"}
        assert found(ROWS.format(f"<tr><td>{PALE}<button></button></td></tr>" * 40)) == {
            "color-contrast",
            "button-name",
        }
        assert found("<p>看得清</p>", around=PALE) == {"color-contrast"}, "another frame is measured anew"
        assert found(PALE, around="<b>乙</b>") == {"color-contrast"}, "in a frame that is known"
        assert found("<p>看得清</p>", around="<button></button>") == {"button-name"}


THEMES = """<style>.night { color: #333; background: #fff } @media (prefers-color-scheme: dark) { .night { color: #ccc } }
@media (prefers-color-scheme: light) { .day { color: #ccc; background: #fff } } @media (prefers-color-scheme: dark) { .day { background: #000; color: #fff } }</style>"""


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ('<p class="night wide">看不清</p>', "desk"),
        ('<p class="day narrow">看不清</p>', "phone"),
    ],
)
def test_pale_words_of_the_other_theme_are_found_at_each_width(words, where, monkeypatch):
    """What is pale at a desk by night alone, and on a phone by day alone: neither is a view that is looked at whole."""
    known = fresh_memory(monkeypatch)
    only = ".wide { display: none }" if where == "desk" else ""
    narrow = f"@media (max-width: 600px) {{ {only} }} @media (min-width: 601px) {{ .narrow {{ display: none }} }}"
    with open_browser() as browser:
        page = browser.new_page()
        page.set_content(PAGE.format("<b>甲</b>", f"{THEMES}<style>{narrow}</style>{words}"))
        with pytest.raises(AssertionError, match=f"{where}.*color-contrast"):
            look_at(page, "一页")
        page.set_content(PAGE.format("<b>甲</b>", f"{THEMES}<p>看得清</p>"))
        look_at(page, "一页")
        measured = set(known)
        page.set_content(PAGE.format("<b>甲</b>", f"{THEMES}<p>别的话</p><p class='other'>也看得清</p>"))
        look_at(page, "一页")
        assert known == measured, "words that look the same are measured once"


ALIKE = """<style>.words {{ color: #767676; background: #fff }} .box {{ position: relative; height: 4em }} .under {{ position: absolute; inset: 0 }}
p {{ margin: 0 }}</style><div class="box">{}</div>"""


@pytest.mark.parametrize(
    "pale",
    [
        pytest.param('<div style="background: #ddd"><p style="color: #767676">看不清</p></div>', id="another ground"),
        pytest.param('<p class="words" style="color: #aaa">看不清</p>', id="another colour"),
        pytest.param('<div style="opacity: 0.6"><p class="words">看不清</p></div>', id="seen through"),
        pytest.param(
            '<div class="under" style="background: #ddd"></div><p class="under" style="color: #767676">看不清</p>',
            id="on what lies under it",
        ),
        pytest.param('<input class="words" aria-label="字" value="看不清" style="color: #aaa">', id="typed"),
    ],
)
def test_words_that_only_resemble_what_was_measured_are_measured(pale, monkeypatch):
    fresh_memory(monkeypatch)
    switched_off = '<input class="words" aria-label="字" value="看得清" style="color: #aaa" disabled>'
    with open_browser() as browser:
        page = browser.new_page()
        page.set_content(PAGE.format("", ALIKE.format(f'<p class="words">看得清</p>{switched_off}')))
        assert accessibility_faults(page) == []
        page.set_content(PAGE.format("", ALIKE.format(pale)))
        assert {fault.partition(":")[0] for fault in accessibility_faults(page)} == {"color-contrast"}


def fresh_memory(monkeypatch, file=None):
    words = accessibility.Words(file)
    monkeypatch.setattr(accessibility, "measured_words", words)
    return words.known


def test_what_one_worker_measured_another_does_not_and_a_fault_is_found_by_each(monkeypatch, tmp_path):
    whole, pale = PAGE.format("", ALIKE.format('<p class="words">看得清</p>')), PAGE.format("", ALIKE.format(PALE))
    faults = []
    with open_browser() as browser:
        page = browser.new_page()
        for _worker in range(2):
            known = fresh_memory(monkeypatch, tmp_path / "words")
            page.set_content(pale)
            faults.append([fault.partition(":")[0] for fault in accessibility_faults(page)])
            page.set_content(whole)
            measured = count_measures(page)
            assert accessibility_faults(page) == []
            faults.append(measured())
            assert known
    assert faults == [["color-contrast"], 1, ["color-contrast"], 0]


def count_measures(page):
    """How often axe has measured contrast since."""
    accessibility.wake(page)
    page.evaluate(
        """() => { const run = axe.run; window.measures = 0;
        axe.run = (what, how) => { window.measures += how.runOnly ? 1 : 0; return run.call(axe, what, how); } }"""
    )
    return lambda: page.evaluate("window.measures")
