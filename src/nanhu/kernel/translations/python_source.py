"""Reads Python by its syntax tree: adjacent literals are one there, and an f-string is plain to see."""

import ast
from pathlib import Path

from nanhu.kernel.translations.messages import Fault, Found, Message

# function -> positions of (context, text, plural)
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}


def read_python(file: Path, source: str) -> Found:
    messages: list[Message] = []
    faults: list[Fault] = []
    tree = ast.parse(source, filename=str(file))
    functions = FUNCTIONS | _aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := _called(node.func)) in functions:
            context_at, text_at, plural_at = functions[name]
            given = [_literal(argument) for argument in node.args]
            if any(_is_put_together(argument) for argument in node.args[: text_at + 1]):
                sentence = (
                    f"{name}() of a text put together at run time is never found in a catalogue: use placeholders"
                )
                faults.append(Fault(file, node.lineno, sentence))
            elif (text := _at(given, text_at)) is not None:
                messages.append(Message(text, _at(given, plural_at), _at(given, context_at), file, node.lineno))
    return Found(tuple(messages), tuple(faults))


def _aliases(tree: ast.Module) -> dict[str, tuple[int | None, int, int | None]]:
    """`from django.utils.translation import gettext as say`."""
    return {
        name.asname: FUNCTIONS[name.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.asname and name.name in FUNCTIONS
    }


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _literal(argument: ast.expr) -> str | None:
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def _is_put_together(argument: ast.expr) -> bool:
    if isinstance(argument, ast.JoinedStr | ast.BinOp):
        return True
    return (
        isinstance(argument, ast.Call) and isinstance(argument.func, ast.Attribute) and argument.func.attr == "format"
    )


def _at(given: list[str | None], position: int | None) -> str | None:
    return given[position] if position is not None and position < len(given) else None
