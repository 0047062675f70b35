"""What a reader sees."""

from uuid import UUID

from django.contrib import messages
from django.db.models.functions import Upper
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.kit import page_of
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.messages import queries, rules
from nanhu.platforms.messages.body import body_html
from nanhu.platforms.messages.filters import filters_of
from nanhu.platforms.messages.models import Attachment, Notice
from nanhu.platforms.messages.services import reading

PAGE = 20


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    visible = queries.visible_to(viewer)
    filters = filters_of(visible, viewer)(request.GET)
    listed = filters.narrow(visible.alias(upper_title=Upper("title")))
    page = page_of(request, queries.with_marks(listed, viewer), PAGE)
    unread, clearable = queries.unread_figures(visible, viewer)
    facts = {
        "page": page,
        "narrowing": {"filters": filters},
        "unread": unread,
        "clearable": clearable,
        "is_editor": queries.is_editor(viewer),
    }
    return render(request, "messages/notices.html", facts)


@require_safe
def notice(request: HttpRequest, public_id: UUID) -> HttpResponse:
    viewer = viewer_of(request)
    found = queries.notice_for(viewer, public_id)
    facts = {
        "notice": found,
        "body": body_html(found.body),
        "attachments": attachments_of(found),
        "is_reader": queries.is_shown_to(viewer, found),
    }
    return render(request, "messages/notice.html", facts)


def attachments_of(found: Notice) -> list[Attachment]:
    return list(found.attachments.order_by("id"))


@require_POST
def read(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The receipt. A page asks for it when it has been opened; of what must be read, the reader does it by hand."""
    viewer = viewer_of(request)
    found = queries.notice_for(viewer, public_id)
    is_reader = reading.mark_read(by=viewer, notice=found)
    if request.headers.get("HX-Request"):
        now_read = queries.notice_for(viewer, public_id)
        return render(request, "messages/_receipt.html", {"notice": now_read, "is_reader": is_reader})
    return redirect("messages:notice", found.public_id)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    count = reading.mark_all_read(by=viewer_of(request))
    text = ngettext("已将 %(count)d 条公告标为已读。", "已将 %(count)d 条公告标为已读。", count) % {"count": count}
    messages.success(request, text if count else _("没有可以标为已读的公告；必读的公告请逐条打开确认。"))
    return redirect(reverse("messages:notices"))


@require_safe
def attachment(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Always a download under a safe name, never a page of ours: a browser must not run what somebody attached."""
    found = queries.attachment_for(viewer_of(request), public_id)
    answer = FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type=rules.media_type_of(found.name)
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer
