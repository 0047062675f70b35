"""The process of a request for shared data: the head of the office that owns the table, then a data steward, then it is given."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as say
from django.utils.translation import gettext_noop as _

from nanhu.kernel.ui import words
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows import api as flows
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people

KEY: Final = "portal.sharing"
SUBJECT: Final = "datahub.grant"
OWNER, STEWARD = "owner", "steward"
GIVE: Final = "portal.give_grant"
OWNER_RESOLVER, STEWARD_RESOLVER = "portal.data_owner", "portal.data_stewards"
ROLE: Final = datahub.STEWARD
HEAD: Final = "head"
TWO_DAYS: Final = 2 * 390
"""Working minutes of days of six and a half hours."""
MOST_OPEN: Final = 10
SHUT_OUT: Final = frozenset({"suspended", "ended"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DataOwner:
    """The office that owns a table, with the one open unit of that name where it has a head today who can sign in."""

    office: str
    unit_id: int | None

    @property
    def words(self) -> str:
        """Who decides first, as it stands on the page and in the case."""
        office = words.term(self.office)
        if self.unit_id is None:
            return say("数据管理员（%(office)s现在没有负责人）") % {"office": office}
        return say("%(office)s的负责人") % {"office": office}


def data_owners(offices: Collection[str], *, without: int | None = None) -> dict[str, DataOwner]:
    """By the name of the office; a few queries, however many. `without`: who asks, and is no head of what he asks for."""
    ids = datahub.units_called(offices)
    held = people.post_holders(set(ids.values()))
    heads = {unit_id: [person for person, _name in some] for (unit_id, office), some in held.items() if office == HEAD}
    accounts = identity.accounts_of(person for some in heads.values() for person in some)
    here = {one.person_id for one in accounts if one.state not in SHUT_OUT} - {without}
    able = {unit_id for unit_id, some in heads.items() if here.intersection(some)}
    return {one: DataOwner(office=one, unit_id=ids[one] if ids.get(one) in able else None) for one in offices}


def data_owner(table_key: str, *, without: int | None = None) -> DataOwner:
    table = datahub.shared_tables().get(table_key)
    office = table.owner if table else ""
    return data_owners([office], without=without)[office]


def grant_of(case: flows.Case) -> datahub.Grant | None:
    """None in a process that an office made for something else."""
    return datahub.Grant.objects.filter(public_id=case.subject_id).first() if case.subject_key == SUBJECT else None


def owners(case: flows.Case) -> Iterable[int | flows.PostAt]:
    """The head of the office that owns the table; where it has none, the data stewards."""
    grant = grant_of(case)
    if grant is None:
        return []
    unit_id = data_owner(grant.table_key, without=case.applicant_id).unit_id
    return [flows.PostAt(unit_id=unit_id, office=HEAD)] if unit_id else stewards(case)


def stewards(case: flows.Case) -> list[int]:
    """Those who had no part for the owner; who asked is never asked."""
    barred = owner_side(case)
    every = [one.person_id for one in identity.holders_of(ROLE) if one.state not in SHUT_OUT]
    return [one for one in every if one not in barred]


def owner_side(case: flows.Case) -> frozenset[int]:
    """Whoever had to do with the owner's word, by the records that are kept: decided, handed the task on, had others sign, was stood in for; and
    who heads the owner's office, whoever decided for him."""
    grant = grant_of(case)
    unit_id = data_owner(grant.table_key, without=case.applicant_id).unit_id if grant else None
    heads = people.leaders_of([unit_id], {HEAD}) if unit_id else ()
    cards = people.person_cards([*flows.who_had_part(case.pk, OWNER), *heads])
    return frozenset({*cards, *(card.person_id for card in cards.values())})


def deciders(case: flows.Case) -> list[int]:
    """Who agreed for the owner, by the records that are kept where some were merged, the one who was asked first before the others; then
    in whose place some of them did."""
    decided = [*flows.who_decided(case.pk, OWNER), *flows.who_was_stood_in_for(case.pk, OWNER)]
    cards = people.person_cards(decided)
    return [cards[one].person_id for one in decided if one in cards]


flows.resolvers |= {OWNER_RESOLVER: owners, STEWARD_RESOLVER: stewards}
flows.resolver_names |= {OWNER_RESOLVER: _("共享数据的主管单位负责人"), STEWARD_RESOLVER: _("数据管理员")}


def decided_by(key: str, name: str, resolver: str) -> flows.Step:
    return flows.Step(
        key=key,
        name=name,
        kind="approve",
        who=(flows.Resolved(name=resolver),),
        needed="first",
        proves=True,
        can_return=False,
        promise=TWO_DAYS,
    )


FORM: Final = (
    flows.Field(key="consumer", label=_("给哪家单位"), is_fact=True),
    flows.Field(key="table", label=_("哪张表"), is_fact=True),
    flows.Field(key="purpose", label=_("用途"), is_fact=True),
    flows.Field(key="fields", label=_("给出的全部项"), kind="long_text"),
    flows.Field(key="rows", label=_("哪些行"), kind="long_text"),
    flows.Field(key="count", label=_("申请那天有多少行"), kind="number"),
    flows.Field(key="had", label=_("对方已有的"), kind="long_text"),
    flows.Field(key="added", label=_("这次多给的"), kind="long_text"),
    flows.Field(key="ways", label=_("另外")),
    flows.Field(key="rows_a_day", label=_("每天最多行数")),
    flows.Field(key="basis", label=_("法律依据")),
    flows.Field(key="until", label=_("截止日期"), kind="date"),
    flows.Field(key="first", label=_("先由谁决定")),
    flows.Field(key="former", label=_("上一份谁申请的")),
)

flows.register_flow(
    flows.FlowSpec(
        key=KEY,
        name=_("数据共享申请"),
        summary=_("让一个系统按授权从接口读学校的共享数据：数据的主管单位和数据管理员同意后开通"),
        unit="1032",
        promise=2 * TWO_DAYS,
        prefix="GX",
        faces=frozenset({"staff"}),
        icon="key-round",
        begins_at="portal:sharing:products",
        legal_basis=_("《个人信息保护法》第十三条、第二十三条"),
        body=flows.Body(
            form=FORM,
            steps=(
                decided_by(OWNER, _("数据主管单位决定"), OWNER_RESOLVER),
                decided_by(STEWARD, _("数据管理员决定"), STEWARD_RESOLVER),
                flows.Step(key="give", name=_("开通授权"), kind="automatic", action=GIVE, is_final=True),
            ),
            most_open=MOST_OPEN,
        ),
    )
)
