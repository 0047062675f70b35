"""One batch: counts, findings, differences; taking it for good, replaying, rolling back."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.files.names import safe_file_name
from nanhu.kernel.kit import Choice, Empty, Filters, Markup, Number, PageRequest, Table, Text, export, list_of
from nanhu.kernel.kit.records import record
from nanhu.kernel.sheets.writing import attachment
from nanhu.platforms.datahub.batches import releasing, rollback
from nanhu.platforms.datahub.batches.mapping import is_remembered
from nanhu.platforms.datahub.batches.rehearsals import take_for_good
from nanhu.platforms.datahub.cleaning.text import squeezed, whole
from nanhu.platforms.datahub.feeding.health import reader_of
from nanhu.platforms.datahub.feeding.reading import BY as READER
from nanhu.platforms.datahub.forms import ReasonForm, RollbackForm
from nanhu.platforms.datahub.gate_words import sentences_of
from nanhu.platforms.datahub.known_sources import named_source
from nanhu.platforms.datahub.labels import field_label
from nanhu.platforms.datahub.models import Batch, Issue, Level, Release
from nanhu.platforms.datahub.sentences import hint_of, sentence_of, title_of
from nanhu.platforms.datahub.services import mending, originals, owners
from nanhu.platforms.datahub.services.landing import stored_rows
from nanhu.platforms.datahub.shared.declarations import KEY_ENDS, shared_tables
from nanhu.platforms.datahub.snapshots import taking
from nanhu.platforms.datahub.views.desk import TONES, home
from nanhu.platforms.datahub.views.looks import tell_seen
from nanhu.platforms.identity.api import fresh_sign_in_required

MOST_DIFFERENCES = 50
BYTES = "application/octet-stream"
SEVERITIES = {"reject": (_("拒绝"), "bad"), "review": (_("待核对"), "warn"), "notice": (_("提示"), "none")}
NO_ISSUES = Empty(title=_("没有问题"), icon="circle-check")


def said_of(issue: Issue) -> str:
    word, tone = SEVERITIES[issue.severity]
    sentence = sentence_of(issue.code, issue.facts)
    return format_html('<span class="state state-{}">{}</span> {}', tone, word, sentence)


class Issues(Table):
    line = Text(
        _("位置"),
        lambda one: " ".join([one.row.sheet, _now("第 {line} 行").format(line=one.line)]).strip(),
        sort="line",
    )
    said = Text(_("问题"), said_of)
    hint = Text(_("怎么办"), lambda one: hint_of(one.code))
    row = Markup(_("操作"), "datahub/_issue_row.html")


class IssueLines(Table):
    """For the office that handed the file in."""

    line = Number(_("行"))
    sheet = Text(_("工作表"), lambda one: one.row.sheet or "—")
    code = Text(_("代码"))
    said = Text(_("问题"), lambda one: sentence_of(one.code, one.facts))
    hint = Text(_("怎么办"), lambda one: hint_of(one.code))


class Differences(Table):
    campus_no = Text(_("学工号"), is_number=True)
    name = Text(_("姓名"))
    field = Text(_("项"), lambda one: field_label(one["field"]))
    before = Text(_("原来"))
    after = Text(_("改为"))


class Gone(Table):
    """What a whole list lacks, for whoever takes it for good."""

    campus_no = Text(_("学工号"), lambda one: one[1], is_number=True)
    key = Text(_("姓名或主键"), lambda one: one[0].replace(KEY_ENDS, " · "))


class GoneUnits(Table):
    code = Text(_("机构代码"), lambda one: one[1], is_number=True)
    name = Text(_("机构名称"), lambda one: one[0])


@home.page("batches/<int:pk>/", title=_("一个批次"), subject=record(Batch.objects.all(), _("这个批次")))
def batch(request: PageRequest, found: Batch) -> HttpResponse:
    issues = list_of(request, Issues, open_issues(found), filters_of(found), caption=_("问题"), empty=NO_ISSUES)
    with_issues = {one.row.person_id for one in issues.page.object_list if one.row.person_id}
    facts = {
        **would_do(request, found, person_ids=with_issues),
        **who_lets_pass(found, by=request.actor),
        "tone": TONES.get(found.state, "warn"),
        "spec": named_source(found.source),
        "list": issues,
        "gate_title": gate_title(found),
        "bars": bars_of(found),
        "is_remembered": is_remembered(found),
        "has_original": originals.is_kept(found),
        "counted": counted_of(found),
        "is_shared": is_shared(found),
        "cost": cost_of(found) if taking.is_snapshot(found) else [],
    }
    return render(request, "datahub/batch.html", facts)


def would_do(request: PageRequest, found: Batch, *, person_ids: Iterable[int] = ()) -> dict[str, Any]:
    """The words of the gate, a sample of what changes, and who is gone: whoever is shown finds it (`person_ids`: others of the page)."""
    differences, gone_rows = found.differences[:MOST_DIFFERENCES], found.gone[:MOST_DIFFERENCES]
    numbers = [*(one["campus_no"] for one in differences), *numbers_of(found, gone_rows)]
    tell_batch_seen(found, numbers, by=request.actor, person_ids=person_ids)
    return {
        "batch": found,
        "sentences": sentences_of(found.gate),
        "differences": list_of(request, Differences, differences, caption=_("差异"), per_page=MOST_DIFFERENCES),
        "gone": list_of(request, table_of_gone(found), gone_rows, caption=_("文件里没有了"), per_page=MOST_DIFFERENCES),
        "gone_shown": len(gone_rows),
        "gone_in_all": len(found.gone),
    }


def who_lets_pass(found: Batch, *, by: Actor) -> dict[str, Any]:
    """Of what waits for two: whose word it needs, whether that is the reader's, and the one that was said."""
    if found.state != Batch.State.WAITING or found.gate_level != Level.RED:
        return {}
    owner, word = owners.owner_of(found), found.releases.filter(state=Release.State.ASKED).first()
    is_lapsed = word is not None and releasing.is_lapsed(word, owner)
    return {"owner": owner, "word": word, "is_lapsed": is_lapsed, "speaks": by.account_id in owner.accounts}


def table_of_gone(found: Batch) -> type[Table]:
    return GoneUnits if is_units(found) else Gone


def is_units(found: Batch) -> bool:
    return is_of_kind(found, "units")


def is_of_kind(found: Batch, kind: str) -> bool:
    spec = named_source(found.source)
    return spec is not None and spec.kind == kind


def numbers_of(found: Batch, gone_rows: Iterable[Sequence[str]]) -> list[str]:
    """Of people; a unit's code may be somebody's number, and nobody looked at him."""
    return [] if is_units(found) else [number for _key, number in gone_rows]


def tell_batch_seen(found: Batch, numbers: Iterable[str], *, by: Actor, person_ids: Iterable[int] = ()) -> None:
    spec = named_source(found.source)
    tell_seen(numbers, str(spec.title) if spec else found.source, by=by, person_ids=person_ids)


def gate_title(found: Batch) -> str:
    if found.state == Batch.State.WAITING:
        return _now("先不生效：%s") % found.get_gate_level_display()
    if found.state == Batch.State.REHEARSED:
        return _now("生效时会等放行：%s") % found.get_gate_level_display()
    return _now("放行时看到的")


def is_shared(found: Batch) -> bool:
    """Of a shared or a large table: its lines are not mended one by one."""
    return is_of_kind(found, "shared") or taking.is_snapshot(found)


def cost_of(found: Batch) -> list[tuple[str, str]]:
    """What a snapshot of a large table cost, what could not be read of it, and where it lies."""
    counts = found.counts
    steps = "，".join(f"{name} {seconds:.1f} s" for name, seconds in counts["seconds"].items())
    fields = "，".join(f"{found.columns.get(name, name)} {count:,}" for name, count in counts["faults"].items())
    return [
        (_now("引擎"), counts["engine"]),
        (_now("处理器"), f"{counts['cpu']:,} s"),
        (_now("内存"), f"{counts['peak_mb']:,} MiB"),
        (_now("各步用时"), steps),
        (_now("读不懂或缺必填"), fields or "—"),
        (_now("主键重复"), f"{counts['twice']:,}"),
        (_now("文件夹"), f"warehouse/{taking.place_of(found)}"),
    ]


def counted_of(found: Batch) -> list[tuple[str, int]]:
    """What came and what changed, called what it is: a list of units brings no people."""
    new, changed = (_now("新增机构"), _now("变更机构")) if is_units(found) else (_now("新增人员"), _now("变更人员"))
    names = {"created": new, "changed": changed, "unchanged": _now("没有变化")}
    if is_shared(found):
        names = {
            "created": _now("新增"),
            "changed": _now("变更"),
            "unchanged": _now("没有变化"),
            "removed": _now("文件里没有了"),
        }
    return [(name, found.counts.get(key, 0)) for key, name in names.items()]


def bars_of(found: Batch) -> list[tuple[str, int]]:
    names = {"accepted": _now("采用"), "rejected": _now("拒绝"), "held": _now("待核对"), "skipped": _now("跳过")}
    return [(name, found.counts.get(state, 0)) for state, name in names.items()]


def open_issues(found: Batch) -> QuerySet[Issue]:
    return Issue.objects.filter(batch=found, resolved_at=None).select_related("row", "batch").order_by("line", "id")


def filters_of(found: Batch) -> type[Filters]:
    """With the kinds of issues that this batch has, and how many of each."""
    tallies = Issue.objects.filter(batch=found, resolved_at=None).values("code").annotate(times=Count("id"))
    codes = [(row["code"], f"{title_of(row['code'])} · {row['times']}") for row in tallies.order_by("-times")]
    severities = [(key, word) for key, (word, _tone) in SEVERITIES.items()]
    return type(
        "IssueFilters", (Filters,), {"code": Choice(_("种类"), codes), "severity": Choice(_("严重程度"), severities)}
    )


@batch.download("issues.csv")
def issues(request: PageRequest, found: Batch) -> HttpResponseBase:
    shown = list_of(request, IssueLines, open_issues(found), filters_of(found))
    known = open_issues(found).exclude(row__person=None).order_by().values_list("row__person_id", flat=True)
    tell_batch_seen(found, [], by=request.actor, person_ids=known.distinct())
    return export(shown, f"issues-{found.pk}")


@batch.download("gone.csv")
def gone(request: PageRequest, found: Batch) -> HttpResponseBase:
    tell_batch_seen(found, numbers_of(found, found.gone), by=request.actor)
    return export(list_of(request, table_of_gone(found), found.gone), f"gone-{found.pk}")


def numbers_in_file(found: Batch) -> set[str]:
    """Of whom its lines name, also those that were refused: most are sealed, so each line is opened."""
    spec = named_source(found.source)
    table, shape = shared_tables().get(spec.table if spec else ""), spec.number if spec else None
    header = found.columns.get((table.person if table else "") or "campus_no")
    cells = (row.cells.get(header) for row in stored_rows(found)) if header else ()
    return {shape.clean(cell) if shape else whole(squeezed(cell)).upper() for cell in cells} - {""}


@batch.form(
    "original/",
    ReasonForm,
    title=_("下载原文件"),
    lead=_(
        "和交来时一样，证件号码、电话都不遮挡。写进审计日志；认得出的人都会在“谁看过我”里看到。整个被拒的文件没有读出行，认不出是谁。"
    ),
    submit=_("下载"),
    icon="download",
    guards=[fresh_sign_in_required],
)
def original(request: PageRequest, form: ReasonForm, found: Batch) -> HttpResponseBase:
    pieces = originals.hand_out(by=request.actor, batch=found, reason=form.cleaned_data["reason"])
    named = found.rows.exclude(person=None).values_list("person_id", flat=True).distinct()
    tell_batch_seen(found, numbers_in_file(found), by=request.actor, person_ids=named)
    answer = StreamingHttpResponse(pieces, content_type=BYTES)
    answer.headers["Content-Length"] = str(found.size_bytes)
    return attachment(answer, safe_file_name(found.file_name))


@batch.action("take/")
def take(request: PageRequest, found: Batch) -> HttpResponseRedirect:
    title = _now("导入 %s") % found.file_name
    return redirect("progress", public_id=take_for_good(by=request.actor, batch_id=found.pk, title=title))


@batch.action(
    "replay/", done=lambda done: _now("重放 %(rows)d 行：采用 %(accepted)d 行，仍被拒绝 %(rejected)d 行。") % done
)
def replay(request: PageRequest, found: Batch) -> dict[str, int]:
    return mending.replay(by=request.actor, batch_id=found.pk)


def undone_by(_request: PageRequest, found: Batch) -> dict[str, Any]:
    reads = found.actor == READER.name and found.state == Batch.State.APPLIED and reader_of(found.source)
    return {
        "batch": found,
        "undone": rollback.preview_rollback(found),
        "reads": reads,
        "is_large": taking.is_snapshot(found),
    }


@batch.form(
    "rollback/",
    RollbackForm,
    title=_("回退批次"),
    submit=_("回退这一批"),
    tone="danger",
    icon="undo-2",
    template="datahub/rollback.html",
    facts=undone_by,
    done=_("批次已回退。"),
)
def roll_back(request: PageRequest, form: RollbackForm, found: Batch) -> None:
    rollback.roll_back(by=request.actor, batch_id=found.pk, reason=form.cleaned_data["reason"])
