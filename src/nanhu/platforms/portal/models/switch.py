"""The switch of the emergency read-only mode, by two people."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.proposals import Proposal, proposal_constraints


class ReadOnlyChange(Proposal):
    """That the emergency read-only mode begin or end: asked for by one administrator, agreed by another."""

    what = _("这次应急只读")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        APPLIED = "applied", _("已生效")
        REFUSED = "refused", _("未同意")

    state = models.TextField(choices=State, default=State.ASKED)
    begins = models.BooleanField(help_text="else it ends")
    reason = models.TextField()

    class Meta:
        db_table = "portal_read_only_change"
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="asked"), name="portal_read_only_change_one_waits"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="portal_read_only_change_has_a_reason"),
            *proposal_constraints("portal_read_only_change", undecided=["asked"], decided=["applied", "refused"]),
        ]

    def __str__(self) -> str:
        return str(_("启用应急只读") if self.begins else _("结束应急只读"))
