"""What a screen reader needs of a page's HTML, read without a browser: names of fields and buttons, order of headings, ids, tables.

Colours, sizes and what scripts add are axe's to judge (`nanhu.testing.accessibility`); this costs milliseconds, so every page has it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from typing import Final, Self

VOID: Final = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
FIELDS: Final = frozenset({"input", "select", "textarea"})
NAMELESS: Final = frozenset({"hidden", "submit", "button", "reset", "image"})
"""Kinds of <input> that nobody fills in."""
REFERENCES: Final = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
HEADINGS: Final = tuple(f"h{level}" for level in range(1, 7))


@dataclass(eq=False, slots=True)
class Element:
    name: str
    attributes: dict[str, str]
    parent: Self | None = None
    children: list["Element | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def above(self) -> Iterator["Element"]:
        one = self.parent
        while one is not None:
            yield one
            one = one.parent

    def words(self) -> str:
        """What is read aloud of it."""
        if self.attributes.get("aria-hidden") == "true":
            return ""
        own = self.attributes.get("aria-label") or self.attributes.get("alt") or ""
        inner = "".join(child if isinstance(child, str) else child.words() for child in self.children)
        return (own or inner).strip()

    def __str__(self) -> str:
        said = "".join(
            f' {name}="{value}"' for name, value in self.attributes.items() if name in {"id", "name", "class"}
        )
        return f"<{self.name}{said}>"


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.current = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.current)
        self.current.children.append(made)
        if tag not in VOID:
            self.current = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        opened = next((one for one in (self.current, *self.current.above()) if one.name == tag), None)
        if opened is not None and opened.parent is not None:
            self.current = opened.parent

    def handle_data(self, data: str) -> None:
        self.current.children.append(data)


def structure_faults(page: str) -> list[str]:
    """Each fault with the element that shows it; empty where all is well."""
    reader = Reader()
    reader.feed(page)
    elements = list(reader.root.walk())
    ids = Counter(one.attributes["id"] for one in elements if one.attributes.get("id"))
    return [
        *(f"the id {name} stands {count} times" for name, count in ids.items() if count > 1),
        *heading_faults(elements),
        *(fault for one in elements for fault in faults_of(one, elements, set(ids))),
    ]


def heading_faults(elements: list[Element]) -> Iterator[str]:
    """One h1, and no level left out on the way down."""
    levels = [int(one.name[1]) for one in elements if one.name in HEADINGS]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} h1"
    yield from (f"h{below} under h{above}" for above, below in pairwise(levels) if below > above + 1)


def faults_of(one: Element, elements: list[Element], ids: set[str]) -> Iterator[str]:
    for name in REFERENCES:
        missing = set(one.attributes.get(name, "").split()) - ids
        if missing:
            yield f"{one} names {', '.join(sorted(missing))} by {name}, which is not there"
    if one.name in FIELDS and one.attributes.get("type") not in NAMELESS and not is_labelled(one, elements):
        yield f"{one} has no label"
    if (one.name == "button" or (one.name == "a" and "href" in one.attributes)) and not is_named(one):
        yield f"{one} has no name"
    if one.name == "img" and "alt" not in one.attributes:
        yield f"{one} has no alt"
    if one.name == "table":
        yield from table_faults(one)


def is_labelled(one: Element, elements: list[Element]) -> bool:
    if is_named(one) or one.attributes.get("title") or any(above.name == "label" for above in one.above()):
        return True
    own = one.attributes.get("id")
    return bool(own) and any(
        label.name == "label" and label.attributes.get("for") == own and label.words() for label in elements
    )


def is_named(one: Element) -> bool:
    return (
        bool(one.words() if one.name not in FIELDS else one.attributes.get("aria-label"))
        or "aria-labelledby" in one.attributes
    )


def table_faults(table: Element) -> Iterator[str]:
    inside = list(table.walk())
    if not any(one.name == "caption" and one.words() for one in inside) and not is_titled(table):
        yield f"{table} has no caption"
    heads = [one for one in inside if one.name == "th"]
    yield from (f"{head} has no scope" for head in heads if head.attributes.get("scope") not in {"col", "row"})
    if not heads:
        yield f"{table} has no heads"


def is_titled(table: Element) -> bool:
    return bool(table.attributes.get("aria-label") or table.attributes.get("aria-labelledby"))
