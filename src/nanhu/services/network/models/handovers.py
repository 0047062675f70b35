"""Handovers (移交): lines of the log of addresses for an authority that asked for them in writing; one asks, another agrees."""

from datetime import timedelta
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.proposals import Proposal, proposal_constraints

LONGEST: Final = timedelta(days=31)


class Handover(Proposal):
    """`sought`: an address or a MAC. Agreed, the file is made once, sealed, and known by its digest; after thirty days only that stays."""

    what = _("这次移交")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        MADE = "made", _("已同意")
        REFUSED = "refused", _("未同意")

    state = models.TextField(choices=State, default=State.ASKED)
    authority = models.TextField()
    document = models.TextField()
    sought = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    lines = models.PositiveIntegerField(null=True)
    digest = models.TextField(default="", blank=True)
    content = EncryptedTextField(purpose="network.handover", default="")

    class Meta:
        db_table = "network_handover"
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since"), until__lte=F("since") + LONGEST)
                & ~Q(authority="")
                & ~Q(document="")
                & ~Q(sought=""),
                name="network_handover_is",
            ),
            models.CheckConstraint(
                condition=Q(state="made", lines__isnull=False) & ~Q(digest="")
                | ~Q(state="made") & Q(lines=None, digest=""),
                name="network_handover_made",
            ),
            *proposal_constraints("network_handover", undecided=["asked"], decided=["made", "refused"]),
        ]

    def __str__(self) -> str:
        return f"{self.authority} {self.document}"
