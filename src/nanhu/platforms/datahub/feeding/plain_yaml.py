"""YAML from outside as plain data: mappings with names, lists, and scalars as YAML 1.2 means them (`no` is a word); but digits after a zero are
a code (`012`), and stay one. No tags, no anchors, one document, a name once, bounded depth and number of pieces: what cannot be meant by a
contract is refused before anything is made of it."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from nanhu.platforms.datahub.errors import ContractRefusedError

DEEPEST: Final = 20
MOST_PIECES: Final = 50_000
MEANT: Final = {"null": None, "true": True, "false": False}
WORDS: Final = {"": None, "~": None} | {
    said: meant for word, meant in MEANT.items() for said in (word, word.capitalize(), word.upper())
}
WHOLE: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
FRACTION: Final = re.compile(rf"{WHOLE.pattern}\.[0-9]{{1,18}}")


def read(content: bytes) -> Any:
    """Raises ContractRefusedError with the line."""
    try:
        events = yaml.parse(content.decode("utf-8-sig"), Loader=yaml.CSafeLoader)
        return Reader(islice(events, MOST_PIECES)).document()
    except StopIteration:
        raise ContractRefusedError(why=_("里面的东西太多")) from None
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise ContractRefusedError(
            why=_("第 %(line)d 行读不懂（%(fault)s）") % {"line": line, "fault": fault.problem}
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise ContractRefusedError(why=str(fault)) from None


class Reader:
    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.events = events

    def next(self) -> yaml.Event:
        event = next(self.events)
        is_named = getattr(event, "anchor", None) is not None
        if is_named or isinstance(event, yaml.AliasEvent) or is_tagged(event):
            raise refused(event, _("锚点、引用和类型标记都不收"))
        return event

    def document(self) -> Any:
        self.next()  # the stream begins
        if isinstance(self.next(), yaml.StreamEndEvent):
            return None
        value = self.value(self.next(), 0)
        self.next()  # the document ends
        if not isinstance(event := self.next(), yaml.StreamEndEvent):
            raise refused(event, _("一个文件只写一份约定"))
        return value

    def value(self, event: yaml.Event, depth: int) -> Any:
        if depth > DEEPEST:
            raise refused(event, _("一层套一层太深"))
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(depth)
        return scalar(event) if isinstance(event, yaml.ScalarEvent) else None

    def sequence(self, depth: int) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            found.append(self.value(event, depth + 1))
        return found

    def mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            name = event.value if isinstance(event, yaml.ScalarEvent) else None
            if name is None or name in found:
                raise refused(event, _("“%s”写了两次") % name if name else _("名称只能是一个词"))
            found[name] = self.value(self.next(), depth + 1)
        return found


def is_tagged(event: yaml.Event) -> bool:
    """Somebody wrote a tag: the parser gives none where it may be guessed."""
    return getattr(event, "tag", None) is not None


def scalar(event: yaml.ScalarEvent) -> Any:
    said: str = event.value
    if not event.implicit[0]:  # in quotes, or a block: a text
        return said
    if said in WORDS:
        return WORDS[said]
    if WHOLE.fullmatch(said):
        return int(said)
    return float(said) if FRACTION.fullmatch(said) else said


def refused(event: yaml.Event, why: str) -> ContractRefusedError:
    line = event.start_mark.line + 1 if event.start_mark else 1
    return ContractRefusedError(why=_("第 %(line)d 行：%(why)s") % {"line": line, "why": why})
