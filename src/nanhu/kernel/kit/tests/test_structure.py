"""The reading of a page's HTML that every page of a console is held to: each fault is seen, and a good page has none."""

import pytest

from nanhu.testing.structure import structure_faults

GOOD = """<!doctype html><html lang="zh"><head><title>名单</title></head><body><h1>名单</h1>
<form aria-describedby="how"><p id="how">怎么找</p><label for="q">找谁</label><input id="q" name="q">
<label>状态<select name="state"><option>在读</option></select></label><input type="hidden" name="token">
<button type="submit"><svg aria-hidden="true"></svg><span>查找</span></button><button aria-label="关闭">×</button></form>
<h2>结果</h2><h3>本科</h3><h2>别处</h2><a href="/a"><img src="/b" alt="照片"></a>
<table><caption>名单</caption><thead><tr><th scope="col">姓名</th></tr></thead><tbody><tr><td>林晓</td></tr></tbody></table>
</body></html>"""


def test_a_good_page_has_no_fault():
    assert structure_faults(GOOD) == []


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ('<label for="q">找谁</label>', "找谁", '<input id="q" name="q"> has no label'),
        ('<label for="q">找谁</label>', '<label for="q"></label>', '<input id="q" name="q"> has no label'),
        ("<label>状态<select name=", "状态<label></label><select name=", '<select name="state"> has no label'),
        ('<p id="how">', "<p>", "<form> names how by aria-describedby, which is not there"),
        ("<h2>别处</h2>", '<h2 id="q">别处</h2>', "the id q stands 2 times"),
        ("<h2>结果</h2>", "", "h3 under h1"),
        ("<h1>名单</h1>", "", "0 h1"),
        ("<h2>别处</h2>", "<h1>别处</h1>", "2 h1"),
        ("<span>查找</span>", "", "<button> has no name"),
        ('aria-label="关闭">×', 'aria-hidden="true">×', "<button> has no name"),
        (' alt="照片"', "", "<img> has no alt"),
        (' alt="照片"', ' alt=""', "<a> has no name"),
        ("<caption>名单</caption>", "", "<table> has no caption"),
        (' scope="col"', "", "<th> has no scope"),
        ('<th scope="col">姓名</th>', "<td>姓名</td>", "<table> has no heads"),
    ],
)
def test_it_sees_each_fault(good, bad, fault):
    assert good in GOOD
    assert fault in structure_faults(GOOD.replace(good, bad))
