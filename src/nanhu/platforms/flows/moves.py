"""换版本: the dry run of a newer version over running cases, moving them, and putting them back."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Empty,
    Filters,
    Link,
    Moment,
    Number,
    PageRequest,
    Search,
    Table,
    Text,
    Who,
    export,
    list_of,
    listing,
)
from nanhu.kernel.kit.forms import reason_field
from nanhu.kernel.kit.records import record
from nanhu.kernel.models import Progress
from nanhu.kernel.registry import WaitingLine
from nanhu.kernel.ui.words import term
from nanhu.platforms.flows.errors import MappingRefusedError
from nanhu.platforms.flows.models import Move, MoveRow, Version
from nanhu.platforms.flows.services import moving
from nanhu.platforms.flows.sources import desk

__all__ = ["desk"]
STANDS_AFTER: Final = timedelta(minutes=2)
"""Without progress: then somebody may begin the work again."""
MOVES = Move.objects.select_related("source__definition", "target").order_by("-pk")
MAPPING_HELP = _("每行一个：旧步骤=新步骤。没有改名的不用写；新版本没有的步骤，停在那里的申请留在旧版本。")
COUNTED = {
    **{one: Count("rows", filter=Q(rows__verdict=one)) for one in ("safe", "asks", "breaks")},
    "moved": Count("rows", filter=Q(rows__state=MoveRow.State.MOVED)),
}


def title_of(move: Move) -> str:
    return f"{term(move.source.definition.name)}　{move.source.number} → {move.target.number}"


class Moves(Table):
    what = Link(_("流程"), title_of, to="move", sort=False)
    state = Badge(_("状态"), names=Move.State.choices, tones={"moved": "good"}, tone="info")
    safe = Number(_("照旧办下去"), sort=False)
    asks = Number(_("请申请人补填"), sort=False)
    breaks = Number(_("留在旧版本"), sort=False)
    moved = Number(_("已迁移"), sort=False)
    by = Who(_("谁"), "asked_by_name")
    created_at = Moment(_("时间"))


class Rows(Table):
    number = Text(_("编号"), "case__number", is_number=True)
    applicant = Text(_("申请人"), "case__applicant_name")
    verdict = Badge(_("试算"), names=MoveRow.Verdict.choices, tones={"safe": "good", "asks": "warn", "breaks": "bad"})
    words = Text(_("说明"))
    state = Badge(_("状态"), names=MoveRow.State.choices, tones={"moved": "good"}, tone="none")


class RowFilters(Filters):
    q = Search("case__number", "case__applicant_name")
    verdict = Choice(_("试算"), MoveRow.Verdict.choices)
    state = Choice(_("状态"), MoveRow.State.choices)


@desk.page(
    "moves/",
    title=_("换版本"),
    tab=_("换版本"),
    lead=_(
        "新版本发布以后，在办的申请照旧版本办完。要它们改按新版本办，先试算每一件会怎样，再迁移；没有人办过之前可以撤销。"
    ),
)
def moves(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有换过版本"), icon="git-compare-arrows", action=_("试算"), to="ask")
    return listing(request, Moves, MOVES.annotate(**COUNTED), empty=none)


def pairs() -> list[tuple[str, str]]:
    return [
        (f"{old.pk}-{new.pk}", f"{term(old.definition.name)}　{old.number} → {new.number}（{count}）")
        for old, new, count in moving.movable()
    ]


def version_name(version: Version) -> str:
    return f"{term(version.definition.name)} {version.number}"


def steps_of(version: Version) -> str:
    return "、".join(f"{step.key}（{term(step.name)}）" for step in version.body.steps)


class MoveForm(forms.Form):
    pair = forms.ChoiceField(label=_("哪个流程，从哪一版到哪一版"), choices=pairs, help_text=_("括号里是在办的件数"))
    mapping = forms.CharField(
        label=_("改了名的步骤"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=2000,
    )
    reason = reason_field()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        lines = [f"{version_name(one)}：{steps_of(one)}" for pair in moving.movable() for one in pair[:2]]
        self.fields["mapping"].help_text = "　".join([str(MAPPING_HELP), *dict.fromkeys(lines)])

    def clean_mapping(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in self.cleaned_data["mapping"].splitlines():
            old, sign, new = (one.strip() for one in line.partition("="))
            if not line.strip():
                continue
            if not (sign and old and new) or old in found:
                raise forms.ValidationError(MappingRefusedError(name=line[:40]).message)
            found[old] = new
        return found


@moves.form(
    "new/", MoveForm, title=_("试算"), button=_("试算"), icon="git-compare-arrows", submit=_("开始试算"), to="move"
)
def ask(request: PageRequest, form: MoveForm) -> Move:
    versions = [
        Version.objects.select_related("definition").get(pk=int(one)) for one in form.cleaned_data["pair"].split("-")
    ]
    return moving.ask(
        by=request.actor,
        source=versions[0],
        target=versions[1],
        mapping=form.cleaned_data["mapping"],
        reason=form.cleaned_data["reason"],
    )


def progress_of(move: Move) -> Progress | None:
    if move.state not in Move.AT_WORK or move.progress_id is None:
        return None
    return Progress.objects.filter(public_id=move.progress_id).first()


@moves.page("<uuid:public_id>/", title=_("换版本"), subject=record(MOVES, _("这次换版本")))
def move(request: PageRequest, found: Move) -> HttpResponseBase:
    rows = found.rows.select_related("case").order_by("pk")
    counts = found.rows.aggregate(
        **{one: Count("pk", filter=Q(verdict=one)) for one in ("safe", "asks", "breaks")},
        moved=Count("pk", filter=Q(state=MoveRow.State.MOVED)),
    )
    progress = progress_of(found)
    return render(
        request,
        "flows/move.html",
        {
            "move": found,
            "name": title_of(found),
            "counts": counts,
            "may_move": found.asked_by_id != request.viewer.account_id,
            "mapping": found.mapping.items(),
            "progress": progress,
            "is_standing": progress is not None and progress.changed_at < now() - STANDS_AFTER,
            "list": list_of(request, Rows, rows, RowFilters, caption=_("每一件")),
            "addresses": {
                name: desk.address(name, {"public_id": found.public_id})
                for name in ("carry_out", "undo_move", "go_on", "move_rows")
            },
        },
    )


@move.download("rows.xlsx")
def move_rows(request: PageRequest, found: Move) -> HttpResponseBase:
    """What the dry run says of each, to talk it over with the office."""
    rows = found.rows.select_related("case").order_by("pk")
    return export(list_of(request, Rows, rows, RowFilters), title_of(found), "xlsx")


@move.action("carry-out/", done=_("正在迁移。"))
def carry_out(request: PageRequest, found: Move) -> None:
    moving.move(by=request.actor, move=found)


@move.action("undo/", done=_("正在撤销。"))
def undo_move(request: PageRequest, found: Move) -> None:
    moving.undo(by=request.actor, move=found)


@move.action("go-on/", done=_("接着办。"))
def go_on(request: PageRequest, found: Move) -> None:
    moving.go_on(by=request.actor, move=found)


def checked_by_others(account: Any) -> QuerySet[Move]:
    """Dry runs that would move something, each source's last."""
    movable = MoveRow.objects.filter(move=OuterRef("pk")).exclude(verdict=MoveRow.Verdict.BREAKS)
    later = Move.objects.filter(source=OuterRef("source"), pk__gt=OuterRef("pk"))
    rows = Move.objects.filter(Exists(movable), ~Exists(later), state=Move.State.CHECKED)
    return rows.exclude(asked_by_id=account).select_related("source__definition", "target").order_by("pk")


def line_of(one: Move) -> WaitingLine:
    return WaitingLine(
        title=title_of(one),
        url=move.address(public_id=one.public_id),
        who=one.asked_by_name,
        since=one.created_at,
        facts=((_("原因"), one.reason),),
    )


moves.waits_for("flows.moves", checked_by_others, line_of)
