"""Constant folding of templates: what a template says to everybody (words, addresses, icons) is drawn once in a process and language.

Half of what a page's templates hold are such tags, and texts between them. Neighbours become one node as a template is loaded.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from django.template import Context, Template
from django.template.base import FilterExpression, Node, NodeList, TextNode, TokenType, Variable
from django.template.defaulttags import CommentNode, IfNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import base, cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django_cotton.templatetags import InlineTemplate
from django_cotton.templatetags._component import CottonComponentNode, PreparedValue
from django_cotton.templatetags._vars import CottonVarsNode

SILENT: Final = (TextNode, LoadNode, CommentNode)
"""What says the same in every language, if anything."""
_tags: set[Callable[..., Any]] = set()


def constant[Tag: Callable[..., Any]](tag: Tag) -> Tag:
    """A simple tag that says the same in one language wherever it is given the same."""
    _tags.add(tag)
    return tag


class Constant(Node):
    """Neighbours that say the same whenever they are drawn in one language."""

    child_nodelists = ()

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.said: dict[tuple[str | None, bool], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        key = (get_language(), context.autoescape)
        said = self.said.get(key)
        if said is None:
            said = self.said[key] = SafeString("".join([str(node.render_annotated(context)) for node in self.nodes]))
        return said


class Folding(base.Loader):
    def get_template(self, template_name: str, skip: list[Any] | None = None) -> Template:
        template: Template = super().get_template(template_name, skip)
        fold(template.nodelist)
        return template


class Loader(cached.Loader, Folding):
    """Django's loader that keeps templates; they are folded before it keeps them."""


def fold(nodes: NodeList) -> None:
    nodes[:] = list(folded(nodes))


def folded(nodes: Iterable[Node]) -> Iterator[Node]:
    for is_same, found in groupby(nodes, is_constant):
        neighbours = list(found)
        if not is_same:
            for node in neighbours:
                for inner in lists_in(node):
                    fold(inner)
            yield from neighbours
        elif not all(isinstance(node, SILENT) for node in neighbours):
            yield Constant(neighbours)
        elif text := "".join(node.s for node in neighbours if isinstance(node, TextNode)):
            yield TextNode(text)


def lists_in(node: Node) -> Iterator[NodeList]:
    """The lists themselves, of which a node may show a copy."""
    if isinstance(node, IfNode):
        yield from (nodes for _condition, nodes in node.conditions_nodelists)
        return
    yield from (nodes for name in node.child_nodelists if (nodes := getattr(node, name, None)))
    if isinstance(node, CottonComponentNode | CottonVarsNode):
        given = node._prepared_attrs if isinstance(node, CottonComponentNode) else node._prepared_vars  # noqa: SLF001
        for one in given:
            drawn = one.compiled._template if isinstance(one.compiled, PreparedValue) else one.compiled  # noqa: SLF001
            if isinstance(drawn, InlineTemplate):
                yield drawn.nodelist


def is_constant(node: Node) -> bool:
    """Nothing is kept under a name, and all that it is given stands in the template."""
    name: str | None = None
    given: list[FilterExpression | None] = []
    match node:
        case TextNode() | LoadNode() | CommentNode():
            pass
        case TranslateNode():
            name, given = node.asvar, [node.filter_expression, node.message_context]
        case BlockTranslateNode() if is_plain(node):
            name, given = node.asvar, [node.message_context]
        case StaticNode():
            name, given = node.varname, [node.path]
        case URLNode():
            name, given = node.asvar, [node.view_name, *node.args, *node.kwargs.values()]
        case SimpleNode() if node.func in _tags:
            name, given = node.target_var, [*node.args, *node.kwargs.values()]
        case _:
            return False
    return name is None and are_literal(*given)


def is_plain(node: BlockTranslateNode) -> bool:
    texts = all(token.token_type == TokenType.TEXT for token in node.singular)
    return texts and not (node.extra_context or node.plural)


def are_literal(*given: FilterExpression | None) -> bool:
    """Written in the template as they are, with no filter (it may look at the clock)."""
    return all(
        one is None or (not one.filters and not (isinstance(one.var, Variable) and one.var.lookups)) for one in given
    )
