"""The desk of devices: all of them as they stand now, one with what can be done about it, registering and taking away."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.kit import (
    Choice,
    Console,
    Empty,
    Filters,
    Link,
    Markup,
    Moment,
    PageRequest,
    Search,
    Table,
    Text,
    form_of,
    list_of,
)
from nanhu.kernel.registry import Role, WaitingLine
from nanhu.kernel.registry import Text as Words
from nanhu.platforms.terminals.devices import all_devices, device_with, incident_words
from nanhu.platforms.terminals.forms import RegisterForm, RenewForm, RetireForm, SwitchForm
from nanhu.platforms.terminals.models import Incident, Terminal
from nanhu.platforms.terminals.parts import PARTS, Device, known_problems
from nanhu.platforms.terminals.policies import CLERK, REGISTRAR
from nanhu.platforms.terminals.services import keys, registering, states

CLERKS, REGISTRARS = frozenset({CLERK}), frozenset({REGISTRAR})
INCIDENTS_SHOWN = 20
UNSIGNED = ("signature_wrong", "terminal_unknown")
WINDOW = timedelta(days=7)

desk = Console(
    "devices",
    _("终端"),
    icon="monitor-smartphone",
    owner=_("校园卡管理办公室"),
    description=_("每台终端的状态、密钥和被拒的请求；登记、停用、撤机"),
    roles=[
        Role(key=CLERK, name=_("终端经办"), description=_("看终端的状态，停用、启用，换密钥；首次启用别人登记的终端")),
        Role(
            key=REGISTRAR,
            name=_("终端登记"),
            description=_("登记终端，当面交付密钥，换发密钥，撤机；首次启用要另一人同意"),
        ),
    ],
    order=44,
)


class Devices(Table):
    """Before its last column stand those of the parts."""

    number = Link(
        _("终端"), lambda one: f"{one.number} {one.terminal.get_kind_display()}", to="terminal", by=("number",)
    )
    place = Text(_("地点"), lambda one: f"{one.place} {one.owner}".strip())
    last_seen = Moment(_("上次联系"), "terminal__last_seen")
    clock = Markup(_("时钟差"), "terminals/_clock.html", is_wide=True)
    key = Markup(_("密钥版本"), "terminals/_key_version.html", is_wide=True)


PROBLEMS = Markup(_("情况"), "terminals/_problems.html")


def table() -> type[Table]:
    columns = {name: column for part in PARTS for name, column in part.columns.items()}
    return Devices.made_of("DevicesOfAllParts", columns | {"problems": PROBLEMS})


def problem_choices() -> Iterator[tuple[str, Words]]:
    return ((key, problem.words) for key, problem in known_problems().items())


class DeviceFilters(Filters):
    q = Search(label=_("编号、地点或单位"))
    kind = Choice(_("种类"), Terminal.Kind.choices)
    problem = Choice(_("情况"), problem_choices)

    def fits(self, device: Device) -> bool:
        """The list is made in the program, so that what narrows it is asked of each device."""
        text, kind, problem = (self.given(one)[""] or "" for one in self.declared)
        return (
            (not problem or problem in device.problems)
            and (not kind or device.terminal.kind == kind)
            and text.lower() in f"{device.number} {device.terminal.place} {device.place} {device.owner}".lower()
        )


@desk.page(
    "", title=_("终端一览"), tab=_("终端一览"), lead=_("各终端的当前状态和异常。问题多的排在前面，每五秒自动更新。")
)
def terminals(request: PageRequest) -> HttpResponse:
    """Worst first."""
    devices, filters = all_devices(), DeviceFilters(request.GET)
    kept = [one for one in devices if one.terminal.state != Terminal.State.RETIRED]
    counts = Counter(problem for one in devices for problem in one.problems)
    shown = sorted(filter(filters.fits, devices), key=lambda one: (-len(one.problems), one.number))
    none = Empty(title=_("没有这样的终端"), icon="monitor-smartphone", text=_("登记以后，在这里看得到。"))
    facts = {
        "list": list_of(request, table(), shown, DeviceFilters, caption=_("终端"), empty=none),
        "total": len(devices),
        "online": sum(one.is_online for one in devices),
        "as_of": now(),
        "found": [(key, one.words, counts[key]) for key, one in known_problems().items() if counts[key]],
        "unsent_rows": sum(one.unsent.rows for one in kept),
        "unsent_fen": sum(one.unsent.fen for one in kept),
    }
    return render(request, "terminals/devices.html", facts)


@terminals.page("terminals/<str:number>/", title=_("终端"), subject=device_with)
def terminal(request: PageRequest, device: Device) -> HttpResponse:
    of_it = Incident.objects.filter(terminal_number=device.number).order_by("-at")
    unsigned = Q(
        code__in=UNSIGNED
    )  # anybody can send them in its name: they have a part of the list, and push nothing off it
    incidents = [*of_it.exclude(unsigned)[:INCIDENTS_SHOWN], *of_it.filter(unsigned)[:INCIDENTS_SHOWN]]
    incidents.sort(key=lambda one: one.at, reverse=True)
    of_parts = [(part, part.facts(request, device)) for part in PARTS if part.cards or part.aside]
    facts = {
        "device": device,
        "terminal": device.terminal,
        "form": form_of(request, SwitchForm),
        "retire_form": form_of(request, RetireForm),
        "renew_form": form_of(request, RenewForm),
        "is_registrar": REGISTRAR in request.viewer.roles,
        "is_clerk": CLERK in request.viewer.roles,
        "incidents": [(one, incident_words(one.code, device.terminal.kind)) for one in incidents],
        "cards": [(part.cards, facts) for part, facts in of_parts if part.cards],
        "aside": [(part.aside, facts) for part, facts in of_parts if part.aside],
    }
    return render(request, "terminals/device.html", facts)


def given(number: str) -> str:
    """The service that is asked looks the terminal up itself, locked."""
    return number


@terminal.action("off/", form=SwitchForm, roles=CLERKS, subject=given, done=_("已停用，从现在起拒绝它的一切交易。"))
def off(request: PageRequest, form: SwitchForm, number: str) -> None:
    states.switch(by=request.actor, number=number, state=Terminal.State.OFF, reason=form.cleaned_data["reason"])


@terminal.action("on/", form=SwitchForm, roles=CLERKS, subject=given, done=_("已启用。"))
def on(request: PageRequest, form: SwitchForm, number: str) -> None:
    states.switch(by=request.actor, number=number, state=Terminal.State.ON, reason=form.cleaned_data["reason"])


@terminal.action(
    "rotate/",
    form=SwitchForm,
    roles=CLERKS,
    subject=given,
    done=_("新密钥已备好，七天内新旧都认；终端下次签到就会换上。"),
)
def rotate(request: PageRequest, form: SwitchForm, number: str) -> None:
    keys.begin_rotation(by=request.actor, number=number, window=WINDOW, reason=form.cleaned_data["reason"])


@terminal.action("renew/", form=RenewForm, roles=REGISTRARS, subject=given)
def renew(request: PageRequest, form: RenewForm, number: str) -> HttpResponse:
    made = keys.renew_key(by=request.actor, number=number, reason=form.cleaned_data["reason"])
    return hand_over(request, made, made.key)


@terminal.action("retire/", form=RetireForm, roles=REGISTRARS, subject=given, done=_("已撤机，密钥作废。"))
def retire(request: PageRequest, form: RetireForm, number: str) -> None:
    registering.retire(by=request.actor, number=number, **form.cleaned_data)


def hand_over(request: PageRequest, made: Terminal, key: str) -> HttpResponse:
    """No redirect: the key would have to be kept somewhere until the next request. It stands on no page after this one."""
    return render(request, "terminals/key.html", {"terminal": made, "key": key})


@desk.form(
    "register/",
    RegisterForm,
    title=_("登记终端"),
    lead=_("消费机、扫码机、自助终端、门禁都在这里登记。登记后显示一次密钥，当面装进机器；再由另一位经办人启用。"),
    button=_("登记终端"),
    submit=_("登记，显示密钥"),
    icon="check",
    roles=REGISTRARS,
)
def register(request: PageRequest, form: RegisterForm) -> HttpResponse:
    made, key = registering.register(by=request.actor, entry=form.entry(), reason=form.cleaned_data["reason"])
    return hand_over(request, made, key)


def registered_by_others(account: Any) -> QuerySet[Terminal]:
    """Not switched on yet: the first time is for somebody else."""
    new = Terminal.objects.filter(state=Terminal.State.OFF, registrar__isnull=False, accepter=None)
    return new.exclude(registrar_id=account).order_by("pk")


def line_of(one: Terminal) -> WaitingLine:
    return WaitingLine(
        title=_("首次启用：%(terminal)s") % {"terminal": f"{one.number} {one.place}".strip()},
        url=terminal.address(number=one.number),
        since=one.created_at,
    )


terminals.waits_for("terminals.new", registered_by_others, line_of, decides=on)
