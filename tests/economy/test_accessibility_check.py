"""The check of pages finds what it is there for, also at the first rows of a long list."""

from nanhu.testing.accessibility import accessibility_faults
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
