"""Folding of texts for comparing and finding (折叠): width, case, pinyin, initials, pairs of letters (bigrams)."""

import re
import unicodedata
from functools import lru_cache
from string import ascii_lowercase
from typing import Final

LONGEST: Final = 60
MOST_WORDS: Final = 8
SHORTEST_SLIP: Final = 4
LONGEST_SLIP: Final = 24
TONES: Final = "\N{COMBINING MACRON}\N{COMBINING ACUTE ACCENT}\N{COMBINING CARON}\N{COMBINING GRAVE ACCENT}"
UNSEEN: Final = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
LIKE_DASHES: Final = "_−ー─━"
"""Typed for a dash although they are none."""


def halfwidth(text: str) -> str:
    """Full-width letters, digits and signs to half width; every kind of space to a plain one; invisible marks away."""
    folded = unicodedata.normalize("NFKC", text)
    if folded.isprintable():  # no space but the plain one, no invisible mark
        return folded
    return "".join(
        " " if c.isspace() else c for c in folded if unicodedata.category(c) not in {"Cf", "Cc"} or c.isspace()
    )


def readable(text: str) -> str:
    """Without marks that nobody sees and those that turn the direction of what follows: what was typed is what is read. Joiners stay, of
    which letters of some scripts and many emoji are made."""
    return UNSEEN.sub("", text)


def plain_dashes(text: str) -> str:
    """Every dash, and what is typed for one, as "-"."""
    return "".join("-" if unicodedata.category(c) == "Pd" or c in LIKE_DASHES else c for c in text)


def tidied(text: str) -> str:
    """What was typed, in half width and single blanks."""
    return " ".join(halfwidth(text).split())


def unspaced(text: str) -> str:
    """A number or a code as it is kept, however it was typed."""
    return "".join(halfwidth(text).split())


def listed(text: str) -> list[str]:
    """What stands in a line between blanks, commas, semicolons of any width or 、, each once and in its order."""
    return [one for one in dict.fromkeys(re.split(r"[、,;\s]+", halfwidth(text))) if one]


def folded(text: str) -> str:
    """Half width, lower case, single blanks, without control signs."""
    return tidied(text).lower()


def one_line(text: str) -> str:
    """As it was written, but in one line of single blanks, and of readable signs alone; what nobody sees parts no word."""
    return " ".join("".join(c if c.isprintable() and c != "\ufffd" else " " for c in readable(text)).split())


def query_of(text: str) -> str:
    """What was typed, as it is looked for; bounded."""
    return " ".join(folded(text[: 4 * LONGEST])[:LONGEST].split()[:MOST_WORDS])


@lru_cache(maxsize=4096)
def readings(text: str) -> tuple[str, str]:
    """Pinyin and initials: "校园卡" → ("xiaoyuanka", "xyk"); of a text without Chinese, nothing."""
    from pypinyin import Style, lazy_pinyin  # has a large dictionary

    if text.isascii():
        return "", ""
    plain = text.replace(" ", "")
    return "".join(lazy_pinyin(plain)), "".join(lazy_pinyin(plain, style=Style.FIRST_LETTER))


def untoned(text: str) -> str:
    """Pinyin as it is typed: without the marks of tones, v for ü ("lǜshī" → "lvshi")."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text).replace("u\N{COMBINING DIAERESIS}", "v")
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONES))


def sound_of(text: str) -> str:
    """How it sounds, as one types that."""
    typed = untoned(text)
    return readings(typed)[0] or typed.replace(" ", "")


def searched(title: str, words: str) -> str:
    """Everything that an entry answers to. A line that was found in one of the parts was found."""
    parts = [folded(title), *folded(words).split()]
    return " ".join(part for one in parts for part in (one, *readings(one)) if part)


def grams(text: str) -> list[str]:
    """What an index finds a text by: pairs of letters of each word, threes that are of ASCII, also within another word (《python入门》),
    and each letter that is not of ASCII."""
    found: set[str] = set()
    for word in text.split():
        found.update(word[at : at + 2] for at in range(len(word) - 1))
        found.update(three for at in range(len(word) - 2) if (three := word[at : at + 3]).isascii())
        found.update(letter for letter in word if not letter.isascii())
    return sorted(found)


def covering_grams(text: str) -> list[str]:
    """As few of `grams` as hold each letter of each word: what answers to the text has them all. None of a single ASCII letter."""
    found: set[str] = set()
    for word in text.split():
        size = min(3 if word.isascii() else 2, len(word))
        found.update(word[at : at + size] for at in range(0, len(word) - size, size))
        found.add(word[-size:])
    return sorted(gram for gram in found if len(gram) > 1 or not gram.isascii())


def slips_of(sound: str) -> list[str]:
    """What a few Latin letters may have been meant for: one of them too many, too few, another, or two of them in each other's place."""
    if not SHORTEST_SLIP <= len(sound) <= LONGEST_SLIP or not (sound.isascii() and sound.isalpha()):
        return []
    parts = [(sound[:at], sound[at:]) for at in range(len(sound) + 1)]
    meant = {begin + rest[1:] for begin, rest in parts if rest}
    meant |= {begin + rest[1] + rest[0] + rest[2:] for begin, rest in parts if len(rest) > 1}
    meant |= {begin + letter + rest[more:] for begin, rest in parts for letter in ascii_lowercase for more in (0, 1)}
    return sorted(meant - {sound})
