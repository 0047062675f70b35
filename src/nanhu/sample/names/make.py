"""Makes one name for a person of a given sex, generation and people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanhu.sample.names import tables

if TYPE_CHECKING:
    from random import Random

MAN = "1"
COMMON = {
    generation: {sex: text.split() for sex, text in pair.items()}
    for generation, pair in {
        1960: {"1": tables.MEN_OF_1960, "2": tables.WOMEN_OF_1960},
        1980: {"1": tables.MEN_OF_1980, "2": tables.WOMEN_OF_1980},
        2005: {"1": tables.MEN_OF_2005, "2": tables.WOMEN_OF_2005},
    }.items()
}
FIRST = {"1": tables.SYLLABLES_MEN.split(), "2": tables.SYLLABLES_WOMEN.split()}
SECOND = {"1": tables.ENDINGS_MEN.split(), "2": tables.ENDINGS_WOMEN.split()}
SURNAMES_OF = {ethnic: names.split() for ethnic, names in tables.HAN_STYLE.items()}
RARE_SHARE = 0.003
COMMON_SHARE = 0.45


def given_name(rng: Random, *, sex: str, birth_year: int) -> str:
    if rng.random() < RARE_SHARE:
        return rng.choice(FIRST[sex]) * rng.randint(0, 1) + rng.choice(tables.RARE_CHARACTERS)
    if rng.random() < COMMON_SHARE:
        generation = 1960 if birth_year < 1973 else 1980 if birth_year < 1993 else 2005
        return rng.choice(COMMON[generation][sex])
    first, second = rng.choice(FIRST[sex]), rng.choice(SECOND[sex])
    return first + (second if second != first else "")


def chinese_name(rng: Random, *, sex: str, ethnic: str, birth_year: int) -> str:
    if ethnic in {"05", "17"}:
        return f"{_one_of(rng, tables.DOTTED_MEN if sex == MAN else tables.DOTTED_WOMEN)}·{_one_of(rng, tables.DOTTED_FATHERS)}"
    if ethnic == "04":
        return "".join(rng.sample(tables.TIBETAN.split(), 2))
    if ethnic == "07":
        return _one_of(rng, tables.YI_CLANS) + _one_of(rng, tables.YI_GIVEN)
    return _surname(rng, ethnic) + given_name(rng, sex=sex, birth_year=birth_year)


def _one_of(rng: Random, words: str) -> str:
    return rng.choice(words.split())


def _surname(rng: Random, ethnic: str) -> str:
    if ethnic in SURNAMES_OF and rng.random() < 0.8:
        return rng.choice(SURNAMES_OF[ethnic])
    names, cumulative = tables.surnames()
    return rng.choices(names, cum_weights=cumulative)[0]


def foreign_name(rng: Random, *, sex: str, nationality: str) -> str:
    """In capitals, as a passport writes it."""
    given = rng.sample(tables.FOREIGN_GIVEN[sex].split(), rng.randint(1, 2))
    return " ".join([*given, rng.choice(tables.FOREIGN_FAMILY[nationality].split("|"))])
