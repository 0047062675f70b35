"""The trial balance (试算平衡) of any moment, by group of accounts."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel.clock import campus_today, end_of, now
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.api import by_group
from nanhu.systems.card.closing.forms import RangeForm
from nanhu.systems.card.closing.groups import group_name
from nanhu.systems.card.closing.vouchers import OTHER, codes
from nanhu.systems.card.policies import finance_only


@require_safe
@never_cache
@finance_only
def trial(request: HttpRequest) -> HttpResponse:
    """At the end of a day, or of this moment where none is asked."""
    said = RangeForm({"last": request.GET.get("day")})
    day = said.cleaned_data.get("last") if said.is_valid() else None
    day = min(day, campus_today()) if day else None
    known, rows = codes(), by_group(ledger.trial_at(end_of(day) if day else now()))
    facts = {
        "rows": [(row, group_name(row.group), *known.get(row.group, OTHER)) for row in rows],
        "day": day,
        "as_of": now(),
        "today": campus_today(),
        "yesterday": campus_today() - timedelta(days=1),
        "debit_fen": sum(row.debit_fen for row in rows),
        "credit_fen": sum(row.credit_fen for row in rows),
    }
    return render(request, "card/closing/trial.html", facts)
