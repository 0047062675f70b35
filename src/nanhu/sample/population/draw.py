"""The dice of one population, and what must not come twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from nanhu.sample.units import Unit


RUNNING_NUMBERS_RESERVED = 10  # for the cast
PHONE_PREFIXES = "130 131 132 133 135 136 137 138 139 150 151 152 155 156 157 158 159 166 173 175 176 177 178 180 181 182 183 185 186 187 188 189 191 193 198 199"
PHONES = PHONE_PREFIXES.split()


@dataclass(slots=True)
class Draw:
    """The dice of one population, and what must not come twice."""

    rng: Random
    today: date
    documents: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    running: Counter[str] = field(default_factory=Counter)
    classes: dict[str, Unit] = field(default_factory=dict)

    def pick[Choice](self, weights: dict[Choice, int]) -> Choice:
        return self.rng.choices(list(weights), cum_weights=list(accumulate(weights.values())))[0]

    def next_number(self, prefix: str, width: int) -> str:
        self.running[prefix] += 1
        return f"{prefix}{self.running[prefix] + RUNNING_NUMBERS_RESERVED:0{width}d}"

    def phone(self) -> str:
        while True:
            phone = self.rng.choice(PHONES) + f"{self.rng.randrange(10**8):08d}"
            if phone not in self.phones:
                self.phones.add(phone)
                return phone

    def day_between(self, first: date, last: date) -> date:
        return first + timedelta(days=self.rng.randrange(max((last - first).days, 0) + 1))
