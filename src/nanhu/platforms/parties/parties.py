"""Who they are, and the words in which their answers are kept."""

from dataclasses import dataclass
from typing import Final, Literal

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

type Way = Literal["asked", "filed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """`filed`: gets a file and gives one back, carried by the worker where it has a line, else by hand."""

    key: str
    name: Text
    way: Way


PARTIES: Final = {
    one.key: one
    for one in (
        Party(key="invoices", name=_("发票查验"), way="asked"),
        Party(key="degrees", name=_("学历学位核验"), way="asked"),
        Party(key="works", name=_("DOI 登记"), way="asked"),
        Party(key="quotas", name=_("财政一体化"), way="asked"),
        Party(key="enrolment", name=_("学信网学籍注册"), way="filed"),
        Party(key="tax", name=_("个税扣缴端"), way="filed"),
        Party(key="payroll", name=_("代发银行"), way="filed"),
    )
}
CHOICES: Final = [(one.key, one.name) for one in PARTIES.values()]
FILED: Final = [(one.key, one.name) for one in PARTIES.values() if one.way == "filed"]


class Verdict(models.TextChoices):
    """What was answered, in one word. Nothing but VALID is an invoice to be paid by."""

    VALID = "valid", _("有效")
    VOID = "void", _("已作废")
    REVERSED = "reversed", _("已红冲")
    MISMATCH = "mismatch", _("信息不一致")
    NOT_FOUND = "not_found", _("查不到")
    FOUND = "found", _("查到")
    MATCHING = "matching", _("相符")
    READ = "read", _("已读取")
