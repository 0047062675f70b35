"""The till of a terminal, and what any terminal said it keeps: a till goes once its holds ended, its unsent sales are its merchant's loss."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.platforms.terminals.api import PARTS, Terminal, Unsent
from nanhu.systems.card.fleet.errors import HoldsOpenError
from nanhu.systems.card.fleet.models import TerminalReport
from nanhu.systems.card.models import SELLING, Hold, Merchant, Till


class TillPart:
    def install(self, terminal: Terminal, details: Mapping[str, Any]) -> Mapping[str, str]:
        """`merchant` is the key of who sells with it, and open."""
        if terminal.kind not in SELLING:
            return {}
        found = Merchant.objects.select_for_update(no_key=True).filter(key=details.get("merchant", "")).first()
        if found is None:
            raise NotFoundError(what=_("这个商户"))
        if found.state != Merchant.State.OPEN:
            raise WrongStateError(what=_("这个商户"), state=found.get_state_display())
        Till.objects.create(terminal=terminal, merchant=found)
        return {"merchant": found.key}

    def unsent(self, terminal: Terminal) -> Unsent:
        report = TerminalReport.objects.filter(pk=terminal.pk).first()
        return Unsent(report.stored_rows, report.stored_fen) if report else Unsent()

    def check_removal(self, terminal: Terminal) -> None:
        count = Hold.objects.filter(terminal=terminal, settled_at__isnull=True).count()
        if count:
            raise HoldsOpenError(count=count)

    def remove(self, terminal: Terminal, lost: Unsent) -> None:
        Till.objects.filter(pk=terminal.pk).update(lost_fen=lost.fen)


PARTS.append(TillPart())
