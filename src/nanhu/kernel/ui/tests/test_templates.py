"""Templates say what they said without folding and quick lookups, to everybody in his own language, and for less."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError
from django.template import Context, Template, engines
from django.template.base import Node
from django.test import RequestFactory
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from nanhu.kernel.ui.constant_folding import Constant, fold

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
    plain, quick = Template(text), Template(text)
    fold(quick.nodelist)
    quick.render(Context(facts))
    return plain.render(Context(facts)), quick.render(Context(facts))


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


ITERABLE_BY_NOBODY = ("number", "made")


class Holder:
    label = "<b>"

    def __init__(self) -> None:
        self.items = ["一", "二"]
        self.own = {"items": "a key before an attribute"}

    def __str__(self) -> str:
        return "a holder"

    @property
    def broken(self) -> str:
        raise AttributeError("missing")

    @property
    def gone(self) -> str:
        raise ObjectDoesNotExist

    def method(self) -> str:
        return "called"

    def asks(self, _more: object) -> str:
        return "never"


@pytest.mark.parametrize(
    "name",
    [
        "one.label",
        "one.items.1",
        "one.items.9",
        "one.own.items",
        "one.own.keys",
        "one.method",
        "one.method.upper",
        "one.asks",
        "one.nothing",
        "one.nothing.more",
        "one.gone",
        "one.gone.more",
        "nothing",
        "nothing.more",
        "lazy.label",
        "lazy.items.0",
        "text.upper",
        "number",
        "made",
        "made.label",
        "none.more",
        "one.label|default:lazy.label",
    ],
)
def test_a_name_is_looked_up_as_django_does(name):
    one = Holder()
    facts = {"one": one, "lazy": SimpleLazyObject(Holder), "text": "a&b", "number": 12.5, "made": Holder, "none": None}
    text = f"[{{{{ {name} }}}}]{{% if {name} %}}yes{{% endif %}}{{% for each in {name} %}}{{{{ each }}}}{{% endfor %}}"
    text = text if name not in ITERABLE_BY_NOBODY else f"[{{{{ {name} }}}}]"
    drawn, quick = both(text, **facts)
    assert drawn == quick


def test_an_error_within_a_property_is_not_hidden():
    quick = Template("{{ one.broken }}")
    fold(quick.nodelist)
    with pytest.raises(AttributeError):
        quick.render(Context({"one": Holder()}))


class Asked:
    def __init__(self) -> None:
        self.times = 0

    def count(self) -> int:
        self.times += 1
        return self.times

    @property
    def away(self) -> str:
        self.times += 1
        raise OperationalError("the first word of the database")


@pytest.mark.parametrize("has_autoescape", [True, False])
def test_a_method_is_called_once_whatever_it_gives(has_autoescape):
    quick, one = Template("{{ one.count }}"), Asked()
    fold(quick.nodelist)
    assert (quick.render(Context({"one": one}, autoescape=has_autoescape)), one.times) == ("1", 1)


def test_a_database_that_fails_is_not_asked_a_second_time():
    quick, one = Template("{{ one.away }}"), Asked()
    fold(quick.nodelist)
    with pytest.raises(OperationalError):
        quick.render(Context({"one": one}))
    assert one.times == 1


@pytest.mark.django_db
def test_one_reader_is_never_shown_what_was_drawn_for_another():
    template = engines["django"].get_template("ui/page.html")
    for name in ("林小雨", "郑明"):
        request = RequestFactory().get("/")
        shell = SimpleNamespace(name=name, menu=(), top=(), bottom=())
        page = template.render({"shell": shell}, request)
        assert [one for one in ("林小雨", "郑明") if one in page] == [name]
