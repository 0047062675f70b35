"""From draft to version: walked through with a made-up person, tried over running cases, published, taken out of service."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    Badge,
    Empty,
    Link,
    PageRequest,
    Table,
    Text,
    Who,
)
from nanhu.kernel.kit.records import Seen
from nanhu.kernel.kit.submissions import token_of
from nanhu.kernel.models import Progress
from nanhu.kernel.sheets.writing import attachment
from nanhu.kernel.ui.words import term
from nanhu.platforms.flows.body import Field, digest_of
from nanhu.platforms.flows.choices import lists
from nanhu.platforms.flows.forms import FlowForm
from nanhu.platforms.flows.models import Definition
from nanhu.platforms.flows.sources import KEEPER
from nanhu.platforms.flows.workshop import forms, queries, services
from nanhu.platforms.flows.workshop import sketch as sketches
from nanhu.platforms.flows.workshop.desk import bench, desk, own, shown_form
from nanhu.platforms.flows.workshop.editing import revision_of
from nanhu.platforms.flows.workshop.models import Publication
from nanhu.platforms.flows.workshop.queries import Work
from nanhu.platforms.flows.workshop.sentences import FIELD_KINDS, STEP_KINDS, Speaker, promise_words
from nanhu.platforms.flows.workshop.sketch import Sketch
from nanhu.platforms.flows.workshop.trial import Trial
from nanhu.platforms.people import api as people

__all__ = ["desk"]


class TrialForm(FlowForm):
    """The made-up applicant, and what he would say."""

    applicants_unit = people.UnitField(label=_("假设申请人在哪个单位"))


@bench.page(
    "try/",
    title=_("试一试"),
    lead=_("假设有个人来申请：看会找到谁、走哪条路、最晚几时办完。不留下任何申请。"),
    posts=True,
)
def walk_through(request: PageRequest, work: Work) -> HttpResponseBase:
    sent = request.POST if request.method == "POST" else None
    asked = [one for one in work.sketch.body.fields() if one.choices_from in {"", *lists} and one.kind != "files"]
    form = TrialForm(sent, asked=asked, initial=None)
    stops: Sequence[Any] = ()
    if sent is not None and not work.faults and form.is_valid():
        unit_id = form.cleaned_data["applicants_unit"].id
        stops = list(Trial(work.definition, work.sketch, unit_id=unit_id, data=form.said()).stops())
    status = 422 if sent is not None and not stops else 200
    facts = {"work": work, "form": form, "stops": stops, "faults": work.faults, "kinds": STEP_KINDS}
    return render(request, "workshop/trial.html", facts, status=status)


def said_field(field: Field, names: Mapping[str, str]) -> str:
    words = [str(FIELD_KINDS[field.kind]), say("必填") if field.is_required else say("选填")]
    words += [say("自动填写")] if field.source else []
    words += ["、".join(field.choices)] if field.choices else []
    words += [say("办理中可以补充")] if field.grows else []
    words += (
        [say("只给看：%(steps)s") % {"steps": "、".join(names.get(one, one) for one in field.seen_at)}]
        if field.seen_at
        else []
    )
    return " · ".join([*words, *([field.help] if field.help else []), *([field.reason] if field.reason else [])])


def in_words(sketch: Sketch) -> dict[str, tuple[str, str]]:
    """Each part of it, by its key, with its name and what it says."""
    found = {
        "": (say("名称"), sketch.name),
        " promise": (say("期限"), promise_words(sketch.promise)),
        " faces": (say("谁可以申请"), "、".join(str(word) for face, word in forms.FACES if face in sketch.faces)),
        " units": (say("只限这些单位的人"), "、".join(forms.unit_names(sketch.units))),
        " categories": (say("只限这些人员类别"), "、".join(forms.category_words(sketch.categories))),
        " retention": (say("办结后保存"), str(dict(Definition.RETENTION)[sketch.retention])),
        " basis": (say("法律依据"), sketch.legal_basis),
        " fallback": (say("停电或系统不通时怎么办"), sketch.fallback),
    }
    if sketch.body.reopens_at:
        again = sketch.step_name(sketch.body.reopens_at)
        found[" again"] = (
            say("办结后可以重新办理"),
            f"{again} {say('申请人也可以') if sketch.body.may_object else ''}".strip(),
        )
    names = {one.key: term(one.name) for one in sketch.body.steps}
    found |= {one.key: (term(one.label), said_field(one, names)) for one in sketch.body.fields()}
    for line in Speaker(sketch).lines():
        found[line.step.key] = (term(line.step.name), " ".join([line.sentence, *(way for _n, way, _is in line.ways)]))
    return found


def changes(before: Sketch, after: Sketch) -> Iterator[tuple[str, str, str]]:
    was, now = in_words(before), in_words(after)
    for key in dict.fromkeys([*was, *now]):
        old, new = was.get(key, ("", "")), now.get(key, ("", ""))
        if old != new:
            renamed = f"{old[0]}：" if old[0] and new[0] and old[0] != new[0] else ""
            yield new[0] or old[0], renamed + old[1], new[1]


def about_publication(_request: PageRequest, work: Work) -> dict[str, Any]:
    trial = work.draft.trial if work.draft else {}
    progress = Progress.objects.filter(public_id=trial["progress"]).first() if trial.get("progress") else None
    has_version = work.definition.versions.exists()
    return {
        "work": work,
        "changes": list(changes(services.sketch_of(work.definition), work.sketch)) if has_version else (),
        "faults": work.faults,
        "running": services.case_counts([work.definition])[work.definition.pk],
        "progress": progress,
        "trial": trial,
        "is_stale": bool(trial) and trial.get("digest") != digest_of(work.sketch.body),
        "needs_second": services.concerns_all(work.definition, work.sketch),
        "has_version": has_version,
    }


@bench.form(
    "publish/",
    forms.PublishForm,
    title=_("发布"),
    subject=Seen(own),
    facts=about_publication,
    template="workshop/publish.html",
    submit=_("发布"),
    icon="send",
    done=lambda made: say("已提交，等另一个人复核后发布。") if isinstance(made, Publication) else say("已发布。"),
    to="bench",
)
def publish(request: PageRequest, form: forms.PublishForm, work: Work) -> object:
    return services.publish(
        by=request.actor,
        definition=work.definition,
        revision=revision_of(request),
        change=form.cleaned_data["change"],
        is_keeper=queries.is_keeper(request.viewer),
        token=token_of(request),
    )


@publish.action("trial/", done=_("正在试算。"))
def try_running(request: PageRequest, work: Work) -> None:
    services.ask_trial(by=request.actor, definition=work.definition)


@bench.form(
    "close/",
    forms.CloseForm,
    title=_("停办"),
    lead=_("停办以后没有人能再申请；在办的照旧办完。重新发布就又能申请。"),
    subject=Seen(own),
    submit=_("停办"),
    tone="danger",
    icon="power",
    done=_("已停办。"),
)
def close(request: PageRequest, form: forms.CloseForm, work: Work) -> None:
    services.close(by=request.actor, definition=work.definition, reason=form.cleaned_data["reason"])


@bench.action("take-back/", subject=Seen(own), done=_("已撤回，草稿还在。"))
def take_back(request: PageRequest, work: Work) -> None:
    if work.waiting is None:
        raise NotFoundError(what=_("这次发布"))
    services.take_back(by=request.actor, publication=work.waiting)


@bench.download("process.json")
def export(_request: PageRequest, work: Work) -> HttpResponseBase:
    content = sketches.encoded(work.sketch)
    return attachment(HttpResponse(content, content_type="application/json"), f"{work.sketch.name}.json")


class Publications(Table):
    what = Link(_("流程"), "definition__name", to="case", is_term=True)
    unit = Text(_("主管单位"), "definition__unit__name", is_term=True)
    change = Text(_("改了什么"))
    state = Badge(
        _("状态"),
        names=Publication.State.choices,
        tones={"published": "good", "refused": "bad", "asked": "warn"},
        tone="none",
    )
    author = Who(_("提出"), "author_name")
    approver = Who(_("复核"), "approver_name")


def about_proposal(_request: PageRequest, found: Publication) -> dict[str, Any]:
    """What a second person decides upon: the difference, the form, the steps."""
    sketch = sketches.decoded(found.content)
    before = services.sketch_of(found.definition)
    return {
        "changes": list(changes(before, sketch)) if found.state == Publication.State.ASKED else (),
        "lines": Speaker(sketch).lines(),
        **shown_form(sketch),
    }


publications = desk.proposals(
    "publications/",
    Publication,
    Publications,
    title=_("发布复核"),
    tab=_("发布复核"),
    lead=_("面向全校的流程，由提出的人以外的流程管理复核以后发布。"),
    found=Publication.objects.select_related("definition__unit"),
    facts=about_proposal,
    template="workshop/publication.html",
    roles=[KEEPER],
    empty=Empty(title=_("没有等复核的发布"), icon="circle-check"),
    agree=lambda _found: _("同意发布"),
    on_approve=lambda by, found: services.approve(by=by, publication=found),
    on_refuse=lambda by, found, answer: services.refuse(by=by, publication=found, answer=answer),
)
