"""Is a new password acceptable for this person? Joins the pure rules with what is known and what has leaked."""

from functools import cache
from hashlib import sha256
from importlib.resources import files

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import hashing, queries
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.rules import (
    PersonalParts,
    normalise_password,
    password_problems,
)
from nanhu.platforms.people import api as people


class LeakedPasswords:
    """Django's twenty thousand most common passwords, and hashes of those that are common here."""

    def __init__(self) -> None:
        self.common: set[str] = set(CommonPasswordValidator().passwords)
        text = files("nanhu.platforms.identity").joinpath("data/common-here.sha256").read_text(encoding="ascii")
        self.hashes = frozenset(text.split())

    def __contains__(self, password: object) -> bool:
        text = str(password)
        return text in self.common or sha256(text.encode()).hexdigest() in self.hashes


@cache
def leaked_passwords() -> LeakedPasswords:
    return LeakedPasswords()


def problems_of(*, by: Actor, account: Account, password: str) -> list[str | Promise]:
    """Every reason why this person must not have this password, the present one and the initial value among them."""
    password = normalise_password(password)
    card = queries.card_of(account)
    parts = PersonalParts(
        campus_nos=frozenset(affiliation.campus_no for affiliation in card.affiliations),
        name=card.name,
        pinyin=card.pinyin,
        document=people.id_number_of(account.person_id, by=by, purpose="identity.password_policy"),
    )
    problems = password_problems(password, parts=parts, leaked=leaked_passwords())
    if account.has_usable_password() and hashing.verify(password, account.password):
        problems.append(_("新密码不能与当前密码相同。"))
    return problems
