"""Writing a notice: a draft, a change, a preview."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.actors import actor_of
from nanhu.kernel.bodies import LARGEST_FORM, takes_files
from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit.submissions import once
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.identity.api import role_required
from nanhu.platforms.messages import queries, rules
from nanhu.platforms.messages.body import body_html
from nanhu.platforms.messages.forms import NoticeForm, written
from nanhu.platforms.messages.models import Notice
from nanhu.platforms.messages.services import attaching, writing
from nanhu.platforms.messages.views.reading import attachments_of


@takes_files(largest=LARGEST_FORM + rules.MOST_ATTACHMENTS * rules.LARGEST_ATTACHMENT)
@role_required(queries.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    form = NoticeForm(request.POST or None, request.FILES or None, initial={"audience": Notice.Audience.ALL})
    if request.method == "POST" and form.is_valid():
        answer = once(
            request,
            "messages:write",
            lambda: _begin(request, form),
            lambda begun: reverse("messages:desk:notice", args=[begun.public_id]),
        )
        messages.success(request, _("草稿已保存。下面是读者会看到的样子，确认后再发布。"))
        return redirect(answer.address)
    return render(request, "messages/write.html", {"form": form}, status=_status(form))


@takes_files(largest=LARGEST_FORM + rules.MOST_ATTACHMENTS * rules.LARGEST_ATTACHMENT)
@role_required(queries.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = queries.notice_for(viewer_of(request), public_id)
    form = NoticeForm(
        request.POST or None, request.FILES or None, initial=written(found), attachments=attachments_of(found)
    )
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, found, form)
        except CampusError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("修改已保存。"))
            return redirect("messages:desk:notice", found.public_id)
    return render(request, "messages/write.html", {"form": form, "notice": found}, status=_status(form))


def _begin(request: HttpRequest, form: NoticeForm) -> Notice:
    begun = writing.start_draft(by=actor_of(request), wording=form.wording())
    attaching.attach(by=actor_of(request), notice_id=begun.pk, files=form.cleaned_data["added"])
    return begun


@transaction.atomic
def _save(request: HttpRequest, found: Notice, form: NoticeForm) -> None:
    actor, data = actor_of(request), form.cleaned_data
    writing.revise(by=actor, notice_id=found.pk, revision=data["revision"], wording=form.wording())
    attaching.detach(by=actor, notice_id=found.pk, attachment_ids=data.get("removed", ()))
    attaching.attach(by=actor, notice_id=found.pk, files=data["added"])


def _status(form: NoticeForm) -> int:
    return 422 if form.is_bound and form.errors else 200


@role_required(queries.EDITOR)
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The body being written, as readers would see it; nothing is kept."""
    return render(request, "messages/_preview.html", {"body": body_html(request.POST.get("body", "")[:50_000])})
