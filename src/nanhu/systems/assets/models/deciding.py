"""What is decided as a process of flows (流程): the row is the record, its case the way to it."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.db import models

from nanhu.kernel.proposals import Proposal


class Decided(Proposal):
    """A subclass names its process, and what the audit log calls it (`noun`). What waits is asked, decided it is done or refused."""

    process: ClassVar[str]
    noun: ClassVar[str]
    asset: Any

    case = models.OneToOneField("flows.Case", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @property
    def is_before_office(self) -> bool:
        """Whether all have answered who are asked before the asset office."""
        return True

    @property
    def parties(self) -> Collection[int | None]:
        """Persons whose own case it is."""
        return {self.asset.keeper_id}

    @property
    def target(self) -> str:
        return f"asset:{self.asset.number}"

    @property
    def summary(self) -> dict[str, object]:
        """What its case shows whoever decides in 待办, by the fields of its process; words in the language that is active."""
        raise NotImplementedError

    @property
    def audited(self) -> dict[str, object]:
        return {}

    def let_go(self) -> None:
        """It ended without its deed: what it held is free."""
