"""The fleet: all terminals with filters, one terminal with what can be done about it."""

from collections import Counter
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError, ReasonMissingError
from nanhu.kernel.ui import words
from nanhu.platforms.identity.api import has_role
from nanhu.platforms.terminals.api import Incident, Terminal, TerminalNotFoundError, begin_rotation, switch_terminal
from nanhu.systems.card.chip.models import SuspenseCase
from nanhu.systems.card.fleet.forms import RetireForm, SequenceForm, TerminalDeedForm
from nanhu.systems.card.fleet.models import TerminalGap
from nanhu.systems.card.fleet.overview import PROBLEMS, Line, fleet
from nanhu.systems.card.fleet.policies import REGISTRAR, clerk_only, fleet_viewer
from nanhu.systems.card.fleet.services.sequences import set_last_sequence
from nanhu.systems.card.policies import is_clerk
from nanhu.systems.card.queries import merchant_of
from nanhu.systems.card.views.frame import person_at, viewer_of

SHOWN = 400
WINDOW = timedelta(days=7)


@require_safe
@never_cache
@fleet_viewer
def terminals(request: HttpRequest) -> HttpResponse:
    """Worst first; `problem`, `kind` and `q` in the address narrow it."""
    lines = fleet()
    counts = Counter(problem for line in lines for problem in line.problems)
    problem, kind = request.GET.get("problem", ""), request.GET.get("kind", "")
    text = request.GET.get("q", "").replace("\0", "").strip()[:40]
    shown = [line for line in lines if fits(line, problem=problem, kind=kind, text=text)]
    facts = {
        "lines": sorted(shown, key=lambda line: (-len(line.problems), line.terminal.number))[:SHOWN],
        "total": len(lines),
        "online": sum(line.is_online for line in lines),
        "shown": len(shown),
        "problem": problem,
        "kind": kind,
        "text": text,
        "kinds": Terminal.Kind.choices,
        "as_of": now(),
        "problems": [(key, name, counts[key]) for key, name in PROBLEMS.items()],
        "found": [(key, name, counts[key]) for key, name in PROBLEMS.items() if counts[key]],
        "stored_rows": sum(line.report.stored_rows for line in lines if line.report),
        "stored_fen": sum(line.report.stored_fen for line in lines if line.report),
    }
    return render(request, "card_fleet/terminals.html", facts)


def fits(line: Line, *, problem: str, kind: str, text: str) -> bool:
    terminal = line.terminal
    merchant = merchant_of(terminal)
    shop = f"{merchant.name} {merchant.canteen}" if merchant else ""
    where = f"{terminal.number} {terminal.place} {shop}".lower()
    return (
        (not problem or problem in line.problems)
        and (not kind or terminal.kind == kind)
        and (not text or text.lower() in where)
    )


def said_of(incident: Incident) -> str:
    """Why a request was refused or a row went into suspense, as the office says it."""
    said = dict(SuspenseCase.Reason.choices) | {"terminal_limit": _("交易过于频繁、金额过大，或陌生卡过多")}
    return str(said.get(incident.code) or words.code(incident.code))


@require_safe
@never_cache
@fleet_viewer
def terminal(request: HttpRequest, number: str) -> HttpResponse:
    line = next((line for line in fleet() if line.terminal.number == number), None)
    if line is None:
        raise TerminalNotFoundError(number=number)
    facts = {
        "line": line,
        "terminal": line.terminal,
        "report": line.report,
        "form": TerminalDeedForm(),
        "sequence_form": SequenceForm(auto_id="sequence_%s", initial={"last_sequence": line.terminal.last_sequence}),
        "lost_fen": till.lost_fen if (till := getattr(line.terminal, "till", None)) else 0,
        "gaps": TerminalGap.objects.filter(terminal=line.terminal).order_by("-noticed_at")[:20],
        "is_registrar": has_role(viewer_of(request), REGISTRAR),
        "is_clerk": is_clerk(viewer_of(request)),
        "retire_form": RetireForm(auto_id="retire_%s"),
        "renew_form": TerminalDeedForm(auto_id="renew_%s"),
        "incidents": [
            (one, said_of(one)) for one in Incident.objects.filter(terminal_number=number).order_by("-at")[:20]
        ],
    }
    return render(request, "card_fleet/terminal.html", facts)


@require_POST
@clerk_only
def act(request: HttpRequest, number: str) -> HttpResponse:
    by, deed = person_at(request), request.POST.get("deed", "")
    form = TerminalDeedForm(request.POST)
    try:
        if not form.is_valid():
            raise ReasonMissingError
        reason = form.cleaned_data["reason"]
        if deed == "rotate":
            begin_rotation(by=by, number=number, window=WINDOW, reason=reason)
            messages.success(request, _("新密钥已备好，七天内新旧都认；终端下次签到就会换上。"))
        elif deed in (Terminal.State.ON, Terminal.State.OFF):
            switch_terminal(by=by, number=number, state=Terminal.State(deed), reason=reason)
            messages.success(request, _("已停用，从现在起拒绝它的一切交易。") if deed == "off" else _("已启用。"))
    except CampusError as error:
        messages.error(request, error.message)
    return redirect("card:terminal", number=number)


@require_POST
@clerk_only
def sequence(request: HttpRequest, number: str) -> HttpResponse:
    form = SequenceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("流水号没有改：请填写整数和原因。"))
        return redirect("card:terminal", number=number)
    facts = form.cleaned_data
    try:
        set_last_sequence(by=person_at(request), number=number, last=facts["last_sequence"], reason=facts["reason"])
        messages.success(request, _("流水号已改，终端下次签到就从下一个号继续。"))
    except CampusError as error:
        messages.error(request, error.message)
    return redirect("card:terminal", number=number)
