"""The body of a notice: Markdown in, harmless HTML out."""

import pytest

from nanhu.platforms.messages.body import body_html


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("各学院：\n请于周五前上报。", "<p>各学院：<br>\n请于周五前上报。</p>"),
        ("# 安排", "<h2>安排</h2>"),
        ("- 一\n- 二", "<ul>\n<li>一</li>\n<li>二</li>\n</ul>"),
        ("3. 三", '<ol start="3">\n<li>三</li>\n</ol>'),
        ("**重要**", "<p><strong>重要</strong></p>"),
        ("**这是钓鱼邮件。**请勿点击。", "<p><strong>这是钓鱼邮件。</strong>请勿点击。</p>"),
        ("定于**“五一”**放假", "<p>定于<strong>“五一”</strong>放假</p>"),
        ("**[学校](https://a.cn)**和*轻重*", None),
        ("2 ** 3 ** 4，**没有合上", "<p>2 ** 3 ** 4，**没有合上</p>"),
        ("    行首四个空格", "<p>行首四个空格</p>"),
        ("|甲|乙|\n|---|---|\n|1|2|", None),
    ],
)
def test_it_shows_what_offices_write(written, shown):
    html = body_html(written).strip()
    assert shown is None or html == shown
    assert "style" not in html


def test_it_shows_a_table_and_a_link_within_emphasis():
    assert "<table>" in body_html("|甲|乙|\n|---|:-:|\n|1|2|")
    assert "<strong><a href" in body_html("**[学校](https://a.cn)**和*轻重*")
    assert "<em>轻重</em>" in body_html("**[学校](https://a.cn)**和*轻重*")


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[点我](javascript:alert(1))",
        "[点我](data:text/html;base64,PHNjcmlwdD4=)",
        "![图](https://example.org/track.png)",
        '<a href="x" onclick="alert(1)" style="position:fixed">x</a>',
        "<iframe src=//example.org></iframe>",
        "<svg/onload=alert(1)>",
        "<style>*{display:none}</style>",
    ],
)
def test_nothing_in_a_body_runs_or_calls_out(attack):
    html = body_html(attack)
    for danger in (
        "<script",
        "<img",
        "<iframe",
        "<svg",
        "<style",
        "javascript:</",
        'href="javascript',
        'href="data',
        '<a href="x"',
    ):
        assert danger not in html


def test_a_link_keeps_its_target_and_gives_nothing_away():
    assert body_html("[学校](https://www.hnist.cn)") == (
        '<p><a href="https://www.hnist.cn" rel="noopener noreferrer nofollow">学校</a></p>\n'
    )
