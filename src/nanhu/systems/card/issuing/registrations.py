"""What the portal, the doctor and the worker show of this part."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import ALL_FACES, Application, FactCopies, Look, MenuSource, SchoolRules, Viewer
from nanhu.systems.card.issuing.checks import promises_are_kept
from nanhu.systems.card.issuing.fees import fee_table
from nanhu.systems.card.issuing.hours import read_hours
from nanhu.systems.card.issuing.printing import read_colours
from nanhu.systems.card.issuing.queries import printed_copies
from nanhu.systems.card.issuing.services.accepting import working_days
from nanhu.systems.card.issuing.services.delegating import acting


def for_delegates(viewer: Viewer) -> list[Application]:
    """Only who acts for a unit sees its orders."""
    if viewer.person_id not in acting():
        return []
    return [
        Application(
            key="card.unit",
            name=_("单位办卡"),
            icon="file-spreadsheet",
            url=lambda: reverse("card:issuing:unit"),
            section="work",
            owner=_("校园卡管理办公室"),
            description=_("批量办卡、审批、发卡点、到期提醒"),
            order=45,
        )
    ]


registry.applications.add(
    Application(
        key="card.office",
        name=_("办卡指南"),
        icon="clock",
        url=lambda: reverse("card:issuing:office"),
        section="service",
        faces=ALL_FACES,
        owner=_("校园卡管理办公室"),
        description=_("地点、电话、现在是否开门、取号、个人办卡、规章"),
        order=12,
    ),
)
registry.fact_copies.add(
    FactCopies(
        key="card.face",
        title=_("校园卡卡面"),
        load=printed_copies,
        how=_("还是旧的：到校园卡管理办公室换卡"),
        is_awaited=False,
        order=30,
    )
)
registry.menu_sources.add(MenuSource(key="card.unit", load=for_delegates))
registry.looks.add(Look(key="card.open_proof", what=_("办卡时交的证明材料")))
registry.checks.add(registry.Check(key="card.promises", title=_("制卡时限"), run=promises_are_kept, order=46))
registry.school_rules.add(
    SchoolRules(key="card.colours", read=read_colours),
    SchoolRules(key="card.fees", read=fee_table),
    SchoolRules(key="card_office.hours", read=read_hours),
    SchoolRules(key="card.making_days", read=working_days),
)
