"""Lookups of a template's variables (`person.name`) without the exceptions by which Django finds that an object is no dictionary.

A page makes hundreds of them. Whatever is not plain (a list, a method, a name that is not there) is looked up by Django.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

from django.db import Error
from django.template import Context
from django.template.base import FilterExpression, Node, Variable, VariableNode, render_value_in_context
from django.template.smartif import TokenBase
from django.utils.functional import SimpleLazyObject, empty
from django.utils.safestring import SafeString
from django_cotton.templatetags._component import PreparedAttr, PreparedValue


class QuickVariable(Variable):
    __slots__ = ()

    def _resolve_lookup(self, context: Any) -> Any:
        first, *others = self.lookups or ()
        try:
            current = next(names[first] for names in reversed(context.dicts) if first in names)
            for bit in others:
                if callable(current):
                    return self.as_django(context)
                if type(current) is SimpleLazyObject:
                    current = unwrapped(current)
                kind = type(current)
                current = current[bit] if kind is dict else own(current, kind, bit)
        except Error:
            raise  # asked again in its transaction, the database would say something else
        except Exception:  # noqa: BLE001 - which of them are silent is Django's to say
            return self.as_django(context)
        return self.as_django(context) if callable(current) else current

    def as_django(self, context: Any) -> Any:
        return super()._resolve_lookup(context)  # type: ignore[misc]  # django-stubs do not know it


def own(current: Any, kind: type, bit: str) -> Any:
    """An attribute of what holds nothing under a key or number."""
    if hasattr(kind, "__getitem__"):
        raise KeyError
    return getattr(current, bit)


def unwrapped(lazy: Any) -> Any:
    if lazy._wrapped is empty:  # noqa: SLF001
        lazy._setup()  # noqa: SLF001
    return lazy._wrapped  # noqa: SLF001


class QuickVariableNode(VariableNode):
    def render(self, context: Context) -> str:
        """A text is neither a time nor a number, and needs none of their words. What is asked for is asked for once: it may be a method."""
        try:
            said = self.filter_expression.resolve(context)
        except UnicodeDecodeError:  # as Django does
            return ""
        if context.autoescape:
            if type(said) is SafeString:
                return said
            if type(said) is str:
                return SafeString(escape(said))
        drawn: str = render_value_in_context(said, context)
        return drawn


def quicken(node: Node) -> None:
    """Has the node look up quickly whatever it names; it stays what it is in all else."""
    if type(node) is VariableNode:
        node.__class__ = QuickVariableNode
    for one in variables_in(list(vars(node).values())):
        if type(one) is Variable and one.lookups:
            one.__class__ = QuickVariable


def variables_in(held: Any) -> Iterator[Any]:
    if isinstance(held, Variable):
        yield held
    elif isinstance(held, FilterExpression):
        yield held.var
        yield from variables_in([argument for _filter, given in held.filters for _is_variable, argument in given])
    elif isinstance(held, TokenBase):
        yield from variables_in([held.value, held.first, held.second])
    elif isinstance(held, PreparedAttr):
        yield from variables_in(held.compiled)
    elif isinstance(held, PreparedValue):
        yield held._variable  # noqa: SLF001
    elif type(held) in {list, tuple}:
        for one in held:
            yield from variables_in(one)
    elif isinstance(held, dict):
        yield from variables_in(list(held.values()))
