"""Reads templates: Django's own `templatize` turns the tags into calls; what it blanks out is examined for Chinese."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.template.base import Lexer, Token, TokenType
from django.utils.translation.template import templatize

from nanhu.kernel.translations.messages import Fault, Found, Message, has_chinese
from nanhu.kernel.translations.python_source import read_python

LITERAL = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL = re.compile(rf"(?<![\w.])(?:n?p?gettext|_)\(\s*{LITERAL}(?:\s*,\s*{LITERAL})*\s*(?:,\s*count\s*)?\)")
ATTRIBUTE_CALL = re.compile(rf""":[\w.-]+=(["'])\s*(_\({LITERAL}\))""")
HTML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
TRANSLATING = re.compile(r"^(?:trans|translate|blocktrans|blocktranslate|comment)\b")
BLOCK_OPENING = re.compile(r"^(blocktrans|blocktranslate|comment)\b")
WHOLE_FILE_EXCUSE = re.compile(r"\{#\s*not translated in this file:\s*\S.*?#\}")
EXCUSE = re.compile(r"\{#\s*not translated:\s*\S.*?#\}")


def read_template(file: Path, source: str) -> Found:
    messages = [
        Message(found.text, found.plural, found.context, file, line)
        for line, call in _calls(source)
        for found in read_python(file, call).messages
    ]
    return Found(tuple(messages), tuple(_untranslated(file, source)))


def _calls(source: str) -> Iterator[tuple[int, str]]:
    """Each translating call with its line. `templatize` keeps the lines, and doubles "%" in what Django doubles it in."""
    for text in (templatize(source), _dynamic_attributes(source)):
        for match in CALL.finditer(text):
            ast.parse(match[0])
            yield text.count("\n", 0, match.start()) + 1, match[0]


def _dynamic_attributes(source: str) -> str:
    """A component's `:title="_('标题')"` is plain text to Django's lexer: keep these calls, blank everything else."""
    kept = [(match.start(2), match[2]) for match in ATTRIBUTE_CALL.finditer(source)]
    return "".join(
        "\n" * (source.count("\n", 0, start) - (source.count("\n", 0, kept[number - 1][0]) if number else 0)) + call
        for number, (start, call) in enumerate(kept)
    )


def _untranslated(file: Path, source: str) -> Iterator[Fault]:
    """Chinese outside a translating tag, unless the line says `{# not translated: why #}`, or any line says
    `{# not translated in this file: why #}`."""
    if WHOLE_FILE_EXCUSE.search(source):
        return
    excused = {source.count("\n", 0, match.start()) + 1 for match in EXCUSE.finditer(source)}
    without_comments = HTML_COMMENT.sub(lambda match: "\n" * match[0].count("\n"), source)
    for token in _outside_translation(without_comments):
        text = ATTRIBUTE_CALL.sub("", token.contents) if token.token_type == TokenType.TEXT else token.contents
        for offset, part in enumerate(text.split("\n")):
            line = (token.lineno or 1) + offset
            if has_chinese(part) and line not in excused:
                yield Fault(file, line, f"Chinese outside a translating tag: {part.strip()[:60]}")


def _outside_translation(source: str) -> Iterator[Token]:
    closing = ""
    for token in Lexer(source).tokenize():
        if closing:
            if token.token_type == TokenType.BLOCK and token.contents == closing:
                closing = ""
        elif token.token_type == TokenType.BLOCK and (opening := BLOCK_OPENING.match(token.contents)):
            closing = f"end{opening[1]}"
        elif token.token_type == TokenType.COMMENT or TRANSLATING.match(token.contents):
            continue
        elif token.token_type == TokenType.TEXT or not re.search(r"_\(", token.contents):
            yield token
