"""What the owner office of a file is asked: at red its page of what the file would do, 文件无误, or 文件有误，退回. No steward's right opens it,
and none is needed: whoever speaks for the unit does, and sees the files of his own unit that were held."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.database.prepared import Given
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.kit import Badge, Empty, Link, Moment, Number, PageRequest, Table, export, list_of, listing
from nanhu.kernel.kit.records import seen
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.registry import Viewer, WaitingLine
from nanhu.platforms.datahub.batches import releasing
from nanhu.platforms.datahub.forms import ReasonForm, ReleaseForm, TakeBackForm
from nanhu.platforms.datahub.known_sources import named_source
from nanhu.platforms.datahub.models import Batch, Level, Release
from nanhu.platforms.datahub.services.owners import STEWARD, is_spoken_for_by, still_speaks, units_spoken_for
from nanhu.platforms.datahub.views.batches import numbers_of, table_of_gone, tell_batch_seen, who_lets_pass, would_do
from nanhu.platforms.datahub.views.desk import TONES, gate_desk
from nanhu.platforms.datahub.views.gate import seen as seen_of_form
from nanhu.platforms.people import api as people

THIS = _("这份交来的文件")


def may_open(viewer: Viewer) -> bool:
    return STEWARD in viewer.roles or bool(units_spoken_for(viewer))


def in_units(viewer: Viewer, column: str) -> Q:
    """Of rows that name a unit: those of a reader's units; a steward reads all."""
    return Q() if STEWARD in viewer.roles else Q(**{f"{column}__in": units_spoken_for(viewer)})


def held_files(viewer: Viewer) -> QuerySet[Batch]:
    """Of the units that somebody leads, or stands in for who leads them, and what he handed in himself for a unit that he is of; also what was
    decided since."""
    rows = Batch.objects.filter(gate_level=Level.RED, is_dry_run=False).exclude(owner_unit=None)
    own = Q(owner_unit__in=units_spoken_for(viewer))
    if STEWARD in viewer.roles:
        own |= Q(account_id=viewer.account_id, owner_unit__in=people.own_unit_ids(viewer))
    return rows.filter(own)


def to_confirm(person: int | Given) -> QuerySet[Batch]:
    """Those that wait for a word of who leads the office: none was said, or by somebody who can speak for it no more."""
    said = Release.objects.filter(batch=OuterRef("pk"), state=Release.State.ASKED, vacancy="")
    stands = said.filter(still_speaks(), unit=OuterRef("owner_unit"))
    waiting = Batch.objects.filter(~Exists(stands), state=Batch.State.WAITING, gate_level=Level.RED, is_dry_run=False)
    return waiting.filter(is_spoken_for_by(person)).defer("gone", "differences")


count_to_confirm = own_count("datahub.to_confirm", to_confirm)


class Held(Table):
    title = Link(_("文件"), "file_name", to="office_file", by=("pk",))
    state = Badge(_("状态"), names=Batch.State.choices, tones=TONES, tone="warn")
    rows = Number(_("行"), "counts__rows")
    created_at = Moment(_("时间"))


@gate_desk.page(
    "office/",
    title=_("请部门确认的文件"),
    tab=_("部门确认"),
    lead=_("本部门的文件与现有数据相差太多，先不生效：请看过名单，说它无误，或者退回。"),
    allows=may_open,
    count=count_to_confirm,
    waits=True,
)
def office(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("没有要本部门确认的文件"),
        icon="shield-check",
        text=_("本部门负责的文件与现有数据相差太多时，会在这里和待办里等您看过。"),
    )
    rows = held_files(request.viewer).defer("gone", "differences").order_by("-id")
    return listing(request, Held, rows, empty=none)


@office.page("<int:pk>/", title=_("请部门确认的文件"), subject=seen(held_files, THIS))
def office_file(request: PageRequest, found: Batch) -> HttpResponse:
    """What was decided is no longer shown in detail."""
    return render(request, "datahub/office_file.html", shown(request, found))


def lines_to_confirm(viewer: Viewer, limit: int) -> list[WaitingLine]:
    return [
        WaitingLine(
            title=_("确认文件：%s") % one.file_name,
            url=office_file.address(pk=one.pk),
            who=one.actor,
            since=one.finished_at or one.created_at,
        )
        for one in to_confirm(viewer.person_id or 0).order_by("id")[:limit]
    ]


office.waiting_lines = lines_to_confirm


def shown(request: PageRequest, found: Batch) -> dict[str, Any]:
    facts = {"batch": found, "spec": named_source(found.source), **who_lets_pass(found, by=request.actor)}
    if "owner" not in facts:
        return facts
    word = facts["word"]
    gone_at = gate_desk.address("office_gone", {"pk": found.pk})
    is_mine = word is not None and word.author_id == request.viewer.account_id
    return facts | would_do(request, found) | {"gone_at": gone_at, "is_mine": is_mine}


@office_file.download("gone.csv")
def office_gone(request: PageRequest, found: Batch) -> HttpResponseBase:
    if found.state != Batch.State.WAITING:
        raise WrongStateError(what=THIS, state=found.get_state_display())
    tell_batch_seen(found, numbers_of(found, found.gone), by=request.actor)
    return export(list_of(request, table_of_gone(found), found.gone), f"gone-{found.pk}")


@office_file.form(
    "confirm/",
    ReleaseForm,
    title=_("文件无误"),
    lead=_("看过下面的说明和名单再确认。还要一位数据管理员同意，文件才生效。"),
    submit=_("文件无误"),
    icon="check",
    template="datahub/release.html",
    facts=shown,
    initial=seen_of_form,
    proves=True,
    done=_("已确认，等一位数据管理员同意。"),
)
def confirm_file(request: PageRequest, form: ReleaseForm, found: Batch) -> None:
    releasing.confirm(by=request.actor, batch_id=found.pk, **form.cleaned_data)


@office_file.form(
    "return/",
    ReasonForm,
    title=_("文件有误，退回"),
    lead=_("这份文件作废，什么也不改。改好以后重新交。"),
    submit=_("退回"),
    tone="danger",
    icon="ban",
    template="datahub/release.html",
    facts=shown,
    done=_("已退回，这份文件没有生效。"),
)
def return_file(request: PageRequest, form: ReasonForm, found: Batch) -> None:
    releasing.send_back(by=request.actor, batch_id=found.pk, reason=form.cleaned_data["reason"])


@office_file.form("take-back/", TakeBackForm, title=_("撤回确认"), submit=_("撤回"), icon="undo-2", done=_("已撤回。"))
def take_back_word(request: PageRequest, form: TakeBackForm, found: Batch) -> None:
    word = found.releases.filter(state=Release.State.ASKED).first()
    if word is None:
        raise WrongStateError(what=THIS, state=found.get_state_display())
    releasing.take_back(by=request.actor, asked=word, answer=form.cleaned_data["answer"])
