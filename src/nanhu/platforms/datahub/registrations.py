"""What the portal and the role list show of us: the desk enters itself, with its pages in the order of its bar; who looked at what."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.crypto import register_blind_index
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.shared_rows.reading import LOOK
from nanhu.platforms.datahub.shared_rows.values import PURPOSE
from nanhu.platforms.datahub.sharing import copies, counting
from nanhu.platforms.datahub.views import (
    batches,
    flow,
    gate,
    history,
    keeping,
    large,
    lineage,
    looks,
    mapping,
    office,
    office_limits,
    office_owners,
    own_lineage,
    quality,
    reviews,
    rows,
    shared,
    sharing,
    source_days,
    sources,
    standard,
    uploads,
)

__all__ = [
    "batches",
    "flow",
    "gate",
    "history",
    "keeping",
    "large",
    "lineage",
    "looks",
    "mapping",
    "office",
    "office_limits",
    "office_owners",
    "own_lineage",
    "quality",
    "reviews",
    "rows",
    "shared",
    "sharing",
    "source_days",
    "sources",
    "standard",
    "uploads",
]

shared_tables()  # a faulty declaration stops the start
registry.fact_copies.add(
    registry.FactCopies(key="datahub.grants", title=_("按授权读数据的系统"), load=copies.copies_of, order=50)
)
registry.looks.add(
    registry.Look(key=LOOK, what=_("共享表里的敏感项")),
    registry.Look(key=counting.LOOK, what=_("经共享接口给出的数据")),
    registry.Look(key=looks.LOOK, what=_("共享表和各批次里的行")),
    registry.Look(key=lineage.LOOK, what=_("各系统里本人数据的来历")),
    registry.Look(key=rows.LOOK_ROW, what=_("各部门交来的名册里的一行")),
)
register_blind_index(
    model="datahub.SharedRow", encrypted="sealed", index="sealed_index", purpose=PURPOSE, normalise=lambda text: text
)
