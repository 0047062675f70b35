"""Pure rules: sign-in names, passwords, answers, waiting times."""

import unicodedata
from collections.abc import Container
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.folding import unspaced

LONGEST_PASSWORD = 128
LONG_ENOUGH = 10
SHORTEST_WITH_CLASSES = 8
CLASSES_NEEDED = 3
SHORTEST_FORBIDDEN_PART = 4
SHORTEST_ANSWER = 2
QUESTIONS_NEEDED = 3
DOCUMENT_RUN = 6
PHONE_RUN = 7
LONGEST_TAIL = 5
LEET = str.maketrans("@4013$57!", "aaoiessti")


def normalise_sign_in_name(text: str) -> str:
    """What a person types for a campus number: full-width digits become half-width, spaces go, case does not count.

    Leading zeros stay: a campus number is a string. Marks nobody sees go as well: a name with one would find the same
    person and be counted as another.
    """
    return unspaced(text).upper()[:40]


def normalise_password(text: str) -> str:
    """The same password from a Chinese input method in full-width mode and from an English keyboard."""
    return unicodedata.normalize("NFKC", text)


def normalise_answer(text: str) -> str:
    """Answers are compared without regard to case, width, spaces and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalParts:
    """What a password must not contain: things others know of this person."""

    campus_nos: frozenset[str] = frozenset()
    name: str = ""
    pinyin: str = ""
    document: str = field(default="", repr=False)
    phones: frozenset[str] = field(default=frozenset(), repr=False)
    school: frozenset[str] = frozenset()


def password_problems(password: str, *, parts: PersonalParts, leaked: Container[str]) -> list[str | Promise]:
    """Every reason against a new password, as sentences; an empty list means it is accepted.

    `leaked` is a collection that answers `in` for the lower-case password.
    """
    problems: list[str | Promise] = []
    if len(password) > LONGEST_PASSWORD:
        problems.append(_("密码太长：最多 128 个字符。"))
    if not is_strong_enough(password):
        problems.append(_("密码至少 10 个字符；或至少 8 个字符，并含大写、小写、数字、符号中的三类。"))
    if is_monotonous(password):
        problems.append(_("密码不能只是重复或连续的字符。"))
    if contains_personal_part(password, parts):
        problems.append(_("密码不能包含学号、工号、证件号、生日、手机号或姓名。"))
    if is_made_of_school(password, parts.school):
        problems.append(_("密码不能由学校的名称加上数字或符号组成。"))
    if is_leaked(password, leaked):
        problems.append(_("这个密码在已泄露的密码名单里，请换一个。"))
    return problems


def is_strong_enough(password: str) -> bool:
    return len(password) >= LONG_ENOUGH or (
        len(password) >= SHORTEST_WITH_CLASSES and classes_in(password) >= CLASSES_NEEDED
    )


def classes_in(password: str) -> int:
    return sum(
        (
            any(letter.islower() for letter in password),
            any(letter.isupper() for letter in password),
            any(letter.isdecimal() for letter in password),
            any(not letter.isalnum() or not letter.isascii() for letter in password),
        )
    )


def is_monotonous(password: str) -> bool:
    """ "aaaaaaaaaa", "1212121212" or "1234567890": under four different characters, or one step all along."""
    steps = {(ord(after) - ord(before)) for before, after in pairwise(password)}
    return len(set(password)) < SHORTEST_FORBIDDEN_PART or len(steps) == 1


def contains_personal_part(password: str, parts: PersonalParts) -> bool:
    folded = password.casefold()
    squeezed = "".join(letter for letter in folded if letter.isalnum())
    forbidden = (
        {number.casefold() for number in parts.campus_nos} | pinyin_forms(parts.pinyin) | runs_of(parts.document)
    )
    forbidden |= {run for phone in parts.phones for run in runs_of(phone, PHONE_RUN)}
    if parts.name and parts.name.casefold() in folded:
        return True
    return any(len(part) >= SHORTEST_FORBIDDEN_PART and (part in folded or part in squeezed) for part in forbidden)


def pinyin_forms(pinyin: str) -> set[str]:
    """zengxiaonan, and xiaonanzeng as foreigners write it."""
    surname, *given = pinyin.casefold().split() or [""]
    return {"".join([surname, *given]), "".join([*given, surname])}


def runs_of(document: str, length: int = DOCUMENT_RUN) -> set[str]:
    """Every six characters in a row of an ID number: region, birthday, the last six (初始密码)."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", document).casefold() if letter.isalnum())
    return {plain[start : start + length] for start in range(len(plain) - length + 1)}


def is_leaked(password: str, leaked: Container[str]) -> bool:
    """On the list, or a word of the list in disguise: "Sunshine2026!", "p@ssw0rd-123"."""
    folded = password.casefold()
    return any(one in leaked for one in (folded, folded.translate(LEET), *cores_of(folded)))


def cores_of(folded: str) -> set[str]:
    """What is left of a password without the few digits and signs people hang on; at least six letters of it."""
    core = folded.strip("".join(letter for letter in set(folded) if not letter.isalpha()))
    if not DOCUMENT_RUN <= len(core) < len(folded) <= len(core) + LONGEST_TAIL:
        return set()
    return {core, core.translate(LEET)}


def is_made_of_school(password: str, words: frozenset[str]) -> bool:
    """A name of the school and at most six other characters."""
    folded = password.casefold()
    return any(word in folded and len(folded) - len(word) <= DOCUMENT_RUN for word in words)
