"""Attributes (属性) that applications may be given about a person: the one place that says so, whatever the protocol.

The names are CAS's and eduPerson's; other protocols map them to their own.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.school import school
from nanhu.platforms.identity import rules_edu_person as edu_person
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.services import access
from nanhu.platforms.people import api as people

type Affiliation = people.AffiliationCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Of whom an application hears: the golden record, and the identity it knows them by."""

    application: Application
    card: people.PersonCard
    chosen: Affiliation | None

    def live(self, kind: str = "") -> list[Affiliation]:
        return [one for one in self.card.affiliations if one.is_live and kind in ("", one.kind)]


class Sensitivity(StrEnum):
    """`personal` and less is released at once; `sensitive` only after a second person agreed."""

    ORDINARY = "ordinary"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One thing to be known of a person. `explanation` is for that person."""

    key: str
    label: str | Promise
    explanation: str | Promise
    resolve: Callable[[Subject], list[str]]
    sensitivity: Sensitivity = Sensitivity.PERSONAL

    @property
    def is_sensitive(self) -> bool:
        return self.sensitivity is Sensitivity.SENSITIVE


ORDINARY, SENSITIVE = Sensitivity.ORDINARY, Sensitivity.SENSITIVE
SEXES = {"1": "男", "2": "女"}
"""GB/T 2261.1; what is unknown is not told."""
ASSURANCE = ("https://refeds.org/assurance", "https://refeds.org/assurance/ID/unique")
"""What holds for every account here: it belongs to one person, who can be named."""


def of_chosen(read: Callable[[Affiliation], str]) -> Callable[[Subject], list[str]]:
    return lambda subject: [read(subject.chosen)] if subject.chosen else []


def numbers(kind: str) -> Callable[[Subject], list[str]]:
    return lambda subject: [one.campus_no for one in subject.live(kind)]


def affiliations(subject: Subject) -> list[str]:
    return edu_person.affiliations(subject.card.affiliations)


def scoped(values: list[str]) -> list[str]:
    return [f"{value}@{school().domain}" for value in values]


def entitlements(subject: Subject) -> list[str]:
    """Rights the school has for its members (a library's licence), only for members."""
    return list(subject.application.entitlements) if "member" in affiliations(subject) else []


def phone(subject: Subject) -> list[str]:
    """The whole number; people writes into the audit log that it was opened, and for which application."""
    application = subject.application
    by = Actor.system(f"application.{application.key}")
    return [people.phone_of(subject.card.person_id, by=by, purpose=f"登录“{application.name}”时提供")]


def roles_within(subject: Subject) -> list[str]:
    return access.roles_within(person_id=subject.card.person_id, application_id=subject.application.pk)


def by_protocol(_subject: Subject) -> list[str]:
    """Its value differs from partner to partner: the protocol makes it where the record names it."""
    return []


ALL = (
    Attribute(
        key="displayName", label=_("姓名"), explanation=_("应用用它称呼您"), resolve=lambda subject: [subject.card.name]
    ),
    Attribute(key="cn", label=_("姓名（cn）"), explanation=_("同姓名"), resolve=lambda subject: [subject.card.name]),
    Attribute(
        key="sn", label=_("姓"), explanation=_("您的姓"), resolve=lambda subject: edu_person.surname(subject.card.name)
    ),
    Attribute(
        key="givenName",
        label=_("名"),
        explanation=_("您的名"),
        resolve=lambda subject: edu_person.given_name(subject.card.name),
    ),
    Attribute(
        key="personId",
        label=_("人员编号"),
        explanation=_("系统内的随机编号，不含任何信息"),
        resolve=lambda subject: [str(subject.card.public_id)],
        sensitivity=ORDINARY,
    ),
    Attribute(
        key="campusNo",
        label=_("学工号"),
        explanation=_("您在这个应用里的账号：学号或工号"),
        resolve=of_chosen(lambda chosen: chosen.campus_no),
    ),
    Attribute(
        key="uid",
        label=_("学工号（uid）"),
        explanation=_("同学工号"),
        resolve=of_chosen(lambda chosen: chosen.campus_no),
    ),
    Attribute(key="studentNo", label=_("学号"), explanation=_("您在读的学号"), resolve=numbers("student")),
    Attribute(key="staffNo", label=_("工号"), explanation=_("您在职的工号"), resolve=numbers("staff")),
    Attribute(
        key="department",
        label=_("单位"),
        explanation=_("您所在的学院或部门"),
        resolve=of_chosen(lambda chosen: chosen.department_name),
    ),
    Attribute(
        key="departmentCode",
        label=_("单位代码"),
        explanation=_("单位的编号"),
        resolve=of_chosen(lambda chosen: chosen.department_code),
        sensitivity=ORDINARY,
    ),
    Attribute(
        key="className",
        label=_("班级"),
        explanation=_("学生所在的班级"),
        resolve=of_chosen(lambda chosen: chosen.class_name),
    ),
    Attribute(
        key="classCode",
        label=_("班级代码"),
        explanation=_("班级的编号"),
        resolve=of_chosen(lambda chosen: chosen.class_code),
    ),
    Attribute(
        key="category",
        label=_("人员类别"),
        explanation=_("如统招本科、正式在编"),
        resolve=of_chosen(lambda chosen: chosen.category_name),
    ),
    Attribute(
        key="sex",
        label=_("性别"),
        explanation=_("男或女，学校登记的"),
        resolve=lambda subject: [SEXES.get(subject.card.sex, "")],
        sensitivity=SENSITIVE,
    ),
    Attribute(
        key="mail", label=_("邮箱"), explanation=_("学校登记的邮箱地址"), resolve=lambda subject: [subject.card.email]
    ),
    Attribute(
        key="phone",
        label=_("手机号"),
        explanation=_("学校登记的手机号；每次给出都有记录"),
        resolve=phone,
        sensitivity=SENSITIVE,
    ),
    Attribute(
        key="eduPersonAffiliation",
        label=_("身份"),
        explanation=_("教师、职工、学生或校友，用国际通用的词"),
        resolve=affiliations,
        sensitivity=ORDINARY,
    ),
    Attribute(
        key="eduPersonScopedAffiliation",
        label=_("在本校的身份"),
        explanation=_("身份加上学校的域名"),
        resolve=lambda subject: scoped(affiliations(subject)),
        sensitivity=ORDINARY,
    ),
    Attribute(
        key="eduPersonPrincipalName",
        label=_("学工号@学校"),
        explanation=_("学号或工号加上学校的域名，校外的应用用它认人"),
        resolve=lambda subject: scoped([subject.chosen.campus_no.lower()] if subject.chosen else []),
    ),
    Attribute(
        key="eduPersonEntitlement",
        label=_("许可"),
        explanation=_("学校替师生买的使用权，如图书馆的数据库"),
        resolve=entitlements,
        sensitivity=ORDINARY,
    ),
    Attribute(
        key="eduPersonAssurance",
        label=_("身份核实程度"),
        explanation=_("学校保证一个账号只属于一个人"),
        resolve=lambda _subject: list(ASSURANCE),
        sensitivity=ORDINARY,
    ),
    Attribute(
        key="eduPersonTargetedID",
        label=_("匿名编号（TargetedID）"),
        explanation=_("只给这一个应用的随机编号，别的应用认不出您"),
        resolve=by_protocol,
        sensitivity=ORDINARY,
    ),
    Attribute(
        key="pairwise-id",
        label=_("匿名编号（pairwise-id）"),
        explanation=_("只给这一个应用的随机编号，别的应用认不出您"),
        resolve=by_protocol,
        sensitivity=ORDINARY,
    ),
    Attribute(
        key="subject-id",
        label=_("固定编号（subject-id）"),
        explanation=_("校外的应用共同认得的编号，不含姓名和学工号"),
        resolve=by_protocol,
    ),
    Attribute(
        key="schacHomeOrganization",
        label=_("学校"),
        explanation=_("学校的域名"),
        resolve=lambda _subject: [school().domain],
        sensitivity=ORDINARY,
    ),
    Attribute(
        key="roles",
        label=_("应用内角色"),
        explanation=_("您在这个应用里的角色，由应用的规则授予"),
        resolve=roles_within,
    ),
)
ATTRIBUTES: dict[str, Attribute] = {one.key: one for one in ALL}


WANTED: dict[str, Callable[[Affiliation, str], bool]] = {
    Application.UserName.STAFF_FIRST: lambda one, _campus_no: one.kind != "student",
    Application.UserName.STUDENT_FIRST: lambda one, _campus_no: one.kind == "student",
    Application.UserName.AS_SIGNED_IN: lambda one, campus_no: one.campus_no.upper() == campus_no.upper(),
}


def chosen_affiliation(*, application: Application, card: people.PersonCard, campus_no: str) -> Affiliation | None:
    """Which of a person's live identities this application knows them by."""
    live = [one for one in card.affiliations if one.is_live]
    wanted = WANTED[Application.UserName(application.user_name)]
    return next((one for one in live if wanted(one, campus_no)), live[0] if live else None)


def released(
    *,
    application: Application,
    card: people.PersonCard,
    chosen: Affiliation | None,
    only: Collection[str] | None = None,
) -> dict[str, list[str]]:
    """What this application's record allows, without empty values; with `only`, of these names alone."""
    subject = Subject(application=application, card=card, chosen=chosen)
    wanted = [name for name in application.attributes if name in ATTRIBUTES and (only is None or name in only)]
    found = {name: ATTRIBUTES[name].resolve(subject) for name in wanted}
    return {name: kept for name, values in found.items() if (kept := [value for value in values if value])}
