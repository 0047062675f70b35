"""The components: what they promise to eye, keyboard and screen reader, and that nothing of them needs inline style."""

import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError, engines
from django.test import RequestFactory
from lucide.templatetags.lucide import lucide

from nanhu.kernel.ui import charts, icons
from nanhu.kernel.ui.icons import icon_svg

WORDS = r"</?\w+|[\w-]+=\"[^\"]*\""
SOURCES = Path(__file__).parents[3]


def rendered(text: str, **context: object) -> str:
    template = engines["django"].from_string(compiled(text))
    return template.render(context, RequestFactory().get("/list", {"status": "open", "page": "2"}))


def compiled(text: str) -> str:
    from django_cotton.compiler_regex import CottonCompiler

    return CottonCompiler().process(text)


class CardForm(forms.Form):
    name = forms.CharField(label="姓名", help_text="与证件一致")
    phone = forms.CharField(label="手机号", required=False)
    secret = forms.CharField(label="密码", widget=forms.PasswordInput)
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="同意", required=False)
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_field_ties_label_help_and_error_to_its_control():
    page = rendered('<c-ui.field :field="form.name" />', form=CardForm({}))
    assert '<label class="field-label" for="id_name">姓名' in page
    control = re.search(r"<input[^>]+>", page).group()
    assert 'aria-invalid="true"' in control
    described = re.search(r'aria-describedby="([^"]+)"', control).group(1).split()
    assert described == ["id_name_help", "id_name_error"]
    assert all(f'id="{identity}"' in page for identity in described)


def test_a_form_with_sections_shows_each_field_once_in_its_own_and_the_rest_after_them():
    class Long(CardForm):
        sections = (("身份", ("secret", "name", "gone")), ("没有字段", ("gone",)))

    page = rendered('<c-ui.form :form="form" />', form=Long())
    assert re.findall(r"<legend>([^<]*)</legend>", page) == ["身份"]
    assert re.findall(r'name="(secret|name|phone|agreed)"', page) == ["secret", "name", "phone", "agreed"]
    inside, _, after = page.partition("</fieldset>")
    assert ("密码" in inside, "手机号" in inside, "手机号" in after) == (True, False, True)


def test_help_given_in_the_page_wins_and_known_data_names_its_source():
    page = rendered('<c-ui.field :field="form.name" help="看卡面" source="人事处" />', form=CardForm())
    assert "看卡面" in page
    assert "与证件一致" not in page
    assert "来自人事处" in page


def test_what_is_wrong_with_a_field_is_said_in_the_houses_own_sentences():
    class Every(forms.Form):
        name = forms.CharField()
        short = forms.CharField(max_length=2)
        day = forms.DateField()
        number = forms.IntegerField(max_value=9)
        file = forms.FileField()
        kind = forms.ChoiceField(choices=[("a", "甲")])
        mail = forms.EmailField()

    form = Every({"short": "三个字", "day": "32.13.", "number": "12", "kind": "b", "mail": "x"}, {})
    assert {name: list(said) for name, said in form.errors.items()} == {
        "name": ["这一项要填。"],
        "short": ["最长 2 个字，现在有 3 个。"],
        "day": ["写成 2026-10-01 这样的日期。"],
        "number": ["不能大于 9。"],
        "file": ["请选一个文件。"],
        "kind": ["没有“b”这一项，请从列出的里面选。"],
        "mail": ["写成 name@example.edu.cn 这样的邮箱地址。"],
    }


def test_optional_fields_say_so_and_required_ones_do_not():
    assert "选填" in rendered('<c-ui.field :field="form.phone" />', form=CardForm())
    assert "选填" not in rendered('<c-ui.field :field="form.name" />', form=CardForm())


@pytest.mark.parametrize(
    ("lines", "is_optional"),
    [
        ([("", "不用"), ("mail", "邮件")], False),
        ([("usual", "默认顺序"), ("", "不用")], False),
        ([("", "请选择"), ("a", "甲")], True),
        ([("", "—"), ("a", "甲")], True),
    ],
)
def test_a_choice_that_always_says_something_is_not_called_optional(lines, is_optional):
    class Ways(forms.Form):
        way = forms.ChoiceField(required=False, choices=lines)

    assert ("选填" in rendered('<c-ui.field :field="form.way" />', form=Ways())) is is_optional


def test_a_field_that_is_needed_in_the_end_is_not_called_optional():
    form = CardForm()
    form.fields["phone"].widget.attrs["aria-required"] = "true"
    page = rendered('<c-ui.field :field="form.phone" />', form=form)
    assert "选填" not in page
    assert 'aria-required="true"' in page


def test_a_part_of_the_program_has_no_code_for_a_name():
    assert rendered("{% load ui %}{{ name|who }}", name="system:demo") == "系统自动"
    assert rendered("{% load ui %}{{ name|who }}", name="陈丽华") == "陈丽华"


def test_a_field_that_is_none_is_an_error_not_a_hole():
    with pytest.raises(TypeError, match="bound field"):
        rendered("""<c-ui.field :field="form['name']" />""", form=CardForm())


def test_choices_are_a_group_with_a_legend():
    page = rendered('<c-ui.field :field="form.kind" />', form=CardForm())
    assert '<legend class="field-label">类别</legend>' in page
    assert page.count('type="radio"') == 2


def test_a_form_brings_csrf_summary_hidden_fields_and_a_button():
    page = rendered('<c-ui.form :form="form" submit="办理" />', form=CardForm({}), csrf_token="token")
    assert 'name="csrfmiddlewaretoken"' in page
    assert '<a href="#id_name">姓名</a>' in page
    assert 'type="hidden" name="hidden"' in page
    assert page.count('id="id_name"') == 1
    assert re.search(r'<button[^>]+type="submit"[^>]*><span>办理</span>', page)


def test_nothing_typed_is_lost_on_error_but_the_password():
    page = rendered('<c-ui.form :form="form" />', form=CardForm({"name": "林", "phone": "138", "secret": "s3cret!"}))
    assert 'value="138"' in page
    assert "s3cret!" not in page


def test_a_button_with_an_address_is_a_link():
    assert rendered('<c-ui.button href="/x" tone="quiet">去</c-ui.button>').startswith('<a class="button button-quiet')
    assert 'type="button"' in rendered("<c-ui.button>按</c-ui.button>")


@pytest.mark.parametrize(
    ("value", "shown"),
    [("2144", "2,144"), (128, "128"), ("33 / 1145", "33 / 1,145"), ("¥ 1234.00", "¥ 1234.00"), ("2026-09", "2026-09")],
)
def test_a_figure_of_four_digits_is_grouped(value, shown):
    assert f">{shown}</p>" in rendered('<c-ui.stat label="行" value="{{ value }}" />', value=value)


def test_words_from_people_are_escaped_everywhere():
    evil = "<script>alert(1)</script>"
    for text in (
        '<c-ui.card title="{{ evil }}">{{ evil }}</c-ui.card>',
        '<c-ui.stat label="{{ evil }}" value="{{ evil }}" note="{{ evil }}" />',
        '<c-ui.alert title="{{ evil }}">{{ evil }}</c-ui.alert>',
        '<c-ui.copy text="{{ evil }}" />',
        '<c-ui.copy :text="evil" />',
        '<c-ui.chart :bars="bars" label="{{ evil }}" />',
        '<c-ui.steps :steps="steps" :current="1" />',
        '<c-ui.icon name="x" label="{{ evil }}" />',
        '<c-ui.badge tone="{{ evil }}">{{ evil }}</c-ui.badge>',
    ):
        assert "<script" not in rendered(text, evil=evil, bars=[(evil, 1, evil)], steps=[evil]), text


def test_money_differs_by_sign_colour_and_word():
    money_in, money_out = (rendered(f'<c-ui.amount :fen="{fen}" sign="1" />') for fen in (10000, -1250))
    assert "+¥ 100.00" in money_in
    assert "收入" in money_in
    assert "amount-in" in money_in
    assert "−¥ 12.50" in money_out
    assert "支出" in money_out
    assert "¥ 86.40" in rendered('<c-ui.amount :fen="8640" />')


def test_the_pager_keeps_the_filters():
    page = rendered('<c-ui.pager :page="page" />', page=Paginator(range(90), 20).page(2))
    assert 'href="?status=open&amp;page=3"' in page
    assert 'href="?status=open&amp;page=1"' in page
    assert rendered('<c-ui.pager :page="page" />', page=Paginator(range(9), 20).page(1)).strip() == ""


def test_progress_tells_count_share_and_time_left():
    page = rendered('<c-ui.progress :done="250" :total="1000" label="导入" />')
    assert "250 / 1,000 · 25%" in page
    assert 'value="250" max="1000"' in page


def test_steps_say_where_one_is():
    page = rendered('<c-ui.steps :steps="steps" :current="2" />', steps=["甲", "乙", "丙"])
    assert page.count('aria-current="step"') == 1
    assert page.count("已完成") == 1


def test_a_chart_has_its_number_and_its_table():
    page = rendered(
        '<c-ui.chart :bars="bars" label="花费" value="¥ 30.00" />', bars=[("周一", 10, "¥ 10.00"), ("周二", 20)]
    )
    assert 'role="img" aria-label="花费"' in page
    assert "¥ 30.00" in page
    assert '<th scope="row">周一</th><td class="num">¥ 10.00</td>' in page
    assert "还没有数字" in rendered('<c-ui.chart :bars="bars" label="花费" />', bars=[])


def test_the_parts_of_a_bar_stand_on_one_another_and_are_told_apart_in_words_too():
    rows = [("图书", [30, 10], "40 万元"), ("家具", [0, 80])]
    for kind in ("bars", "names"):
        page = rendered(
            '<c-ui.chart :bars="bars" :parts="parts" :kind="kind" label="原值" />',
            bars=rows,
            parts=["净值", "累计折旧"],
            kind=kind,
        )
        assert re.findall(r'class="chart-bar chart-(\d)"[^>]*/></svg>(\S+)</li>', page) == [
            ("1", "净值"),
            ("2", "累计折旧"),
        ]
        assert re.findall(r'<th scope="col" class="num">(\S+)</th>', page) == ["净值", "累计折旧", "合计"]
        assert re.findall(r'<td class="num">(.+?)</td>', page) == ["30", "10", "40 万元", "0", "80", "80"]
        assert "图书 累计折旧 10" in page
    books, furniture = charts.draw(rows, parts=["净值", "累计折旧"], height=100).marks
    assert [(one.start, one.y, one.height) for one in books.parts] == [(0, 70, 30), (30, 60, 10)]
    assert [(one.start, one.y, one.height) for one in furniture.parts] == [(0, 100, 0), (0, 20, 80)]
    with pytest.raises(ValueError, match="colours"):
        charts.draw([("a", [1] * 5)], parts="abcde")


def test_bars_are_in_proportion_and_the_scale_is_round():
    chart = charts.draw([("a", 5), ("b", 10), ("c", 0)])
    assert chart.marks[1].height == pytest.approx(2 * chart.marks[0].height, abs=0.2)
    assert chart.marks[2].height == 0
    assert [charts.nice_ceiling(value) for value in (0, 1, 7, 12, 41, 99, 1234)] == [1, 1, 10, 20, 50, 100, 2000]


def test_an_icon_is_decoration_unless_it_has_a_name():
    assert 'aria-hidden="true"' in icon_svg("house")
    assert 'role="img" aria-label="首页"' in icon_svg("house", 20, "首页").replace(
        'aria-label="首页" role="img"', 'role="img" aria-label="首页"'
    )


def test_a_misspelt_icon_shows_a_stand_in():
    assert "<svg" in icon_svg("no-such-icon-at-all")


def test_a_component_that_does_not_exist_fails_loudly():
    with pytest.raises(Exception, match="nothing"):
        rendered("<c-ui.nothing />")


def test_block_text_outside_a_layout_is_empty():
    assert Template('{% load ui %}[{% block_text "title" %}]').render(Context()) == "[]"
    with pytest.raises(TemplateSyntaxError):
        Template("{% load ui %}{% block_text %}")


def test_every_icon_named_in_the_house_exists():
    """A misspelt name shows a stand-in to people; here it is an error."""
    named = re.compile(r"""(?<!:)\bicon=["']([a-z0-9-]+)["']|\{% icon ["']([a-z0-9-]+)["']""")
    missing, drawn = set(), set(icons.drawings().namelist())
    for file in [*SOURCES.rglob("templates/**/*.html"), *SOURCES.rglob("registrations.py")]:
        for one, other in named.findall(file.read_text(encoding="utf-8")):
            if f"{one or other}.svg" not in drawn:
                missing.add((file.name, one or other))
    assert not missing


def test_all_icons_are_drawn_from_one_reading_of_their_pack(monkeypatch):
    read = []
    monkeypatch.setattr(icons, "ZipFile", lambda file: read.append(file) or ZipFile(file))
    icons.drawings.cache_clear()
    for name in ("house", "badge-check", "cooking-pot"):
        by_the_library = lucide(
            name, size=18, stroke_width="1.75", focusable="false", **{"class": "icon", "aria-label": '"&'}
        )
        assert sorted(re.findall(WORDS, icon_svg.__wrapped__(name, 18, '"&'))) == sorted(
            [*re.findall(WORDS, by_the_library), 'role="img"']
        )
    assert len(read) == 1


def test_every_tone_named_in_the_house_has_its_colours():
    """A tone that nobody drew looks like `info`: a warning in the colour of a hint."""
    named = re.compile(r'<c-ui\.(alert|badge) tone="([a-z]+)"')
    found = {
        (kind, tone, path.name)
        for path in SOURCES.rglob("templates/**/*.html")
        for kind, tone in named.findall(path.read_text(encoding="utf-8"))
    }
    assert found
    assert {tone for _kind, tone, _path in found} <= {"info", "good", "attention", "danger", "quiet"}, sorted(found)


def test_a_heat_chart_has_its_numbers_behind_it_and_says_where_there_are_none():
    days = [("周一", [0, 10, None]), ("周二", [1234, 1, 617])]
    shown = rendered(
        '<c-ui.heat :rows="days" :columns="hours" label="在网" unit="台" />', days=days, hours=["8", "12", "18"]
    )
    assert re.findall(r'class="heat-(\d)" x="(\d)" y="(\d)"', shown) == [
        ("0", "0", "0"),
        ("1", "1", "0"),
        ("0", "2", "0"),
        ("5", "0", "1"),
        ("1", "1", "1"),
        ("3", "2", "1"),
    ]
    assert "<title>周二 8 1,234台</title>" in shown
    assert "<title>周一 18 —</title>" in shown
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td>', shown)
    assert rows == [("8", "0", "1,234"), ("12", "10", "1"), ("18", "—", "617")]
    assert charts.heat([("a", [0, 0])], ["x", "y"]).rows[0].cells[0].shade == 0, "nothing is no heat"
    assert charts.heat([("a", [0.49])], ["x"]).rows[0].cells[0].shade == charts.SHADES, "there is no sixth"


def test_on_a_phone_every_second_label_of_a_long_chart_is_left_out():
    """Twelve months beside each other at 390 px: three or four words, the last of them always."""
    labelled = [
        mark for mark in charts.draw([(f"2026-{month:02}", month) for month in range(1, 13)]).marks if mark.has_label
    ]
    assert [mark.label for mark in labelled if not mark.is_spare] == ["2026-04", "2026-08", "2026-12"]
    assert "chart-spare" in rendered(
        '<c-ui.chart :bars="bars" label="营业额" />', bars=[(str(n), n) for n in range(12)]
    )
    assert not any(mark.is_spare for mark in charts.draw([("a", 1), ("b", 2)]).marks)
