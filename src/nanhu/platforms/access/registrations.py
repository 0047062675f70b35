"""What a person may take along; that this room keeps a row beside each door's terminal."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import PersonalData
from nanhu.platforms.access import parts
from nanhu.platforms.access.personal_data import passage_records

__all__ = ["parts"]

registry.personal_data.add(
    PersonalData(
        key="access.passages",
        title=_("门禁记录"),
        load=passage_records,
        order=32,
        description=_("时间、地点、进出、是否放行；保存半年"),
    )
)
