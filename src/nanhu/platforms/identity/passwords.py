"""Is a new password acceptable for this person? Joins the pure rules with what is known and what has leaked."""

from functools import cache
from hashlib import sha256
from importlib.resources import files

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.school import school
from nanhu.platforms.identity import former_passwords as history
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.models import Account, RecoveryContact
from nanhu.platforms.identity.rules import (
    PersonalParts,
    normalise_password,
    password_problems,
)
from nanhu.platforms.people import api as people

PURPOSE = "检查新密码是否含本人信息"
SHORTEST_WORD = 3


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
    """Every reason why this person must not have this password; one policy for set-up, change and reset."""
    password = normalise_password(password)
    problems = password_problems(password, parts=parts_of(by=by, account=account), leaked=leaked_passwords())
    if history.was_used(account, password):
        problems.append(_("新密码不能与当前密码或最近用过的密码相同。"))
    return problems


def parts_of(*, by: Actor, account: Account) -> PersonalParts:
    card = queries.card_of(account)
    contact = RecoveryContact.objects.filter(account=account).first()
    on_record = people.phone_of(account.person_id, by=by, purpose=PURPOSE) if card.phone_masked else ""
    phones = {on_record, (contact.phone or "") if contact else ""}
    return PersonalParts(
        campus_nos=frozenset(affiliation.campus_no for affiliation in card.affiliations),
        name=card.name,
        pinyin=card.pinyin,
        document=people.id_number_of(account.person_id, by=by, purpose=PURPOSE),
        phones=frozenset(phone for phone in phones if phone),
        school=school_words(),
    )


def school_words() -> frozenset[str]:
    """Names of the school as people type them: in characters, in pinyin, the domain's first label."""
    names = [school().name, school().short_name]
    typed = [*names, *(people.pinyin_of(name) for name in names), school().domain.partition(".")[0]]
    return frozenset(squeezed for name in typed if len(squeezed := "".join(name.casefold().split())) >= SHORTEST_WORD)
