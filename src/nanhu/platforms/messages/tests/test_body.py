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
        ("    行首四个空格", "<p>行首四个空格</p>"),
        ("|甲|乙|\n|---|---|\n|1|2|", None),
    ],
)
def test_it_shows_what_offices_write(written, shown):
    html = body_html(written).strip()
    assert html == shown if shown else "<table>" in html and "style" not in html


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
