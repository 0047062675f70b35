"""Templates say what they said without folding, to everybody in his own language, and for less."""

from types import SimpleNamespace

import pytest
from django.template import Context, Template, engines
from django.template.base import Node
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import mark_safe

from nanhu.kernel.ui.constant_folding import Constant, fold
from nanhu.kernel.ui.templatetags import ui

SAME_TO_ALL = (
    "<p>{% load i18n ui static %}{# nothing #}{% translate '首页' %} {% static 'ui/js/ui.js' %}"
    "{% url 'ui:manifest' %}{% icon 'house' size=18 %}{% blocktranslate %}首页{% endblocktranslate %}</p>"
)
NOT_SAME = (
    "{% load i18n %}{% translate word %}",
    "{% load i18n %}{% translate '首页' as said %}{{ said }}",
    "{% load i18n %}{% translate '首页'|default:word %}",
    "{% load i18n %}{% blocktranslate with name=word %}{{ name }}的菜单{% endblocktranslate %}",
    "{% load ui %}{% icon word %}",
    "{% load ui %}{% form_token %}",
    "{% url word %}",
)


def kinds(text: str) -> list[type[Node]]:
    template = Template(text)
    fold(template.nodelist)
    return [type(node) for node in template.nodelist]


def both(text: str, /, **facts: object) -> tuple[str, str]:
    """As Django draws it, and as it is drawn here, at the second time."""
    plain, folded = Template(text), Template(text)
    fold(folded.nodelist)
    folded.render(Context(facts))
    return plain.render(Context(facts)), folded.render(Context(facts))


def test_what_is_the_same_for_everybody_is_drawn_once_in_each_language():
    assert kinds(SAME_TO_ALL) == [Constant]
    template = Template(SAME_TO_ALL)
    fold(template.nodelist)
    said = []
    for language in ("zh-hans", "en", "zh-hans", "en"):
        with translation.override(language):
            said.append(template.render(Context()))
            assert said[-1] == Template(SAME_TO_ALL).render(Context())
    assert said[:2] == said[2:]
    assert said[0] != said[1]
    assert len(template.nodelist[0].said) == 2


@pytest.mark.parametrize("text", NOT_SAME)
def test_what_depends_on_who_looks_is_drawn_each_time(text):
    assert Constant not in kinds(text)


def test_words_within_conditions_loops_and_components_are_folded_too():
    loader = engines["django"].engine.template_loaders[0]
    page = loader.get_template("portal/_shortcuts.html")
    assert len(page.nodelist.get_nodes_by_type(Constant)) >= 2
    with_one = "{% load i18n %}{% if a %}{% translate '首页' %}{% else %}{% for one in b %}{% translate '应用' %}{% endfor %}{% endif %}"
    for facts in ({"a": 1}, {"b": "xyz"}):
        drawn, folded = both(with_one, **facts)
        assert drawn == folded != ""


@pytest.mark.django_db
def test_one_reader_is_never_shown_what_was_drawn_for_another():
    template = engines["django"].get_template("ui/page.html")
    for name in ("林小雨", "郑明"):
        request = RequestFactory().get("/")
        shell = SimpleNamespace(name=name, menu=(), top=(), bottom=())
        page = template.render({"shell": shell}, request)
        assert [one for one in ("林小雨", "郑明") if one in page] == [name]


def placed(**shown: object) -> str:
    return ui.drawn_once(
        "ui/_place.html", **{"url": "/", "current": False, "icon": "house", "label": "首页", "count": 0} | shown
    )


def test_a_piece_is_drawn_once_for_what_it_shows_and_anew_for_anything_else(monkeypatch):
    drawn = []
    monkeypatch.setattr(ui, "render_to_string", lambda name, shown: drawn.append(shown) or str(len(drawn)))
    ui._drawn.cache_clear()
    said = [placed(), placed(count=3), placed(), placed(current=True), placed(label="我的"), placed(count=3)]
    with translation.override("en"):
        said.append(placed())
    ui._drawn.cache_clear()
    assert said == ["1", "2", "1", "3", "4", "2", "5"]


def test_a_piece_escapes_words_though_the_same_words_were_safe_where_it_was_drawn_first():
    words = "<b>南湖</b>"
    safe, plain = placed(label=mark_safe(words)), placed(label=words)  # noqa: S308 - what is tried
    assert safe == plain
    assert "&lt;b&gt;南湖&lt;/b&gt;" in plain
    assert words not in plain
