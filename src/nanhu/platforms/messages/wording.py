"""The words of a message: templates with their facts, in both languages. No database, request or clock."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils import translation

from nanhu.kernel.registry import MessageTemplate
from nanhu.platforms.messages.errors import FactsRefusedError, LinkRefusedError
from nanhu.platforms.messages.models.messages import Kind

FACT: Final = re.compile(r"\{([a-z_]+)\}")
LONGEST_FACT: Final = 400
LONGEST_TITLE: Final = 120
LANGUAGES: Final = ("zh-hans", "en")
BROKEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp", "Cf"})
"""Control characters, halves of surrogates, breaks of lines and what turns the direction of writing: none stands in a fact."""

type Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A template with its facts filled in."""

    title: str
    text: str
    title_en: str
    text_en: str
    link: str


def written(template: MessageTemplate, facts: Facts) -> Words:
    """FactsRefusedError where a fact is missing or the template knows it not; LinkRefusedError where its way leads out of the house."""
    if facts.keys() != template.facts:
        raise FactsRefusedError(template=template.key, facts=", ".join(sorted(facts.keys() ^ template.facts)))
    (title, text), (title_en, text_en) = (in_language(template, facts, one) for one in LANGUAGES)
    link = template.link({name: one_line(value) for name, value in facts.items()})
    if link and not is_path(link):
        raise LinkRefusedError(template=template.key)
    return Words(title=title, text=text, title_en=title_en, text_en=text_en, link=link)


def in_language(template: MessageTemplate, facts: Facts, language: str) -> tuple[str, str]:
    with translation.override(language):
        said = {name: one_line(value) for name, value in facts.items()}
        return filled(str(template.title), said)[:LONGEST_TITLE], filled(str(template.text), said)


def filled(pattern: str, facts: Mapping[str, str]) -> str:
    """Once: what stands in a fact is never a fact again."""
    return FACT.sub(lambda found: facts[found[1]], pattern)


def one_line(value: object) -> str:
    """A fact is a few words in one line: a break in it would begin a new header of a mail."""
    text = "".join(" " if unicodedata.category(one) in BROKEN else one for one in str(value))
    return " ".join(text.split())[:LONGEST_FACT]


def is_path(link: str) -> bool:
    return link.startswith("/") and not link.startswith("//") and "\\" not in link and link.isprintable()


def faults_of(template: MessageTemplate) -> list[str]:
    """What is wrong with a template as its room registered it."""
    faults = [] if template.kind in Kind.values else [f"its kind {template.kind} is none"]
    for language in LANGUAGES:
        with translation.override(language):
            named = set(FACT.findall(f"{template.title}\n{template.text}"))
            if unknown := named - template.facts:
                faults.append(f"{language} names facts that it does not have: {', '.join(sorted(unknown))}")
            if not str(template.title).strip():
                faults.append(f"{language} has no title")
    return faults
