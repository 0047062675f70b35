"""Roll-backs (回滚) as pages: on the page of a list that stands one asks (`undo/`); in a console of its own another decides."""

from collections.abc import Callable, Mapping
from typing import Any, Required, TypedDict, Unpack
from uuid import UUID

from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rollbacks
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import NotTheAuthorError
from nanhu.kernel.intake import DONE
from nanhu.kernel.kit.cases import CaseOptions, Cases, Intake
from nanhu.kernel.kit.columns import Badge, Link, Text, Who
from nanhu.kernel.kit.consoles import Console
from nanhu.kernel.kit.forms import RollbackForm
from nanhu.kernel.kit.listings import Empty
from nanhu.kernel.kit.pages import Done
from nanhu.kernel.kit.requests import PageRequest
from nanhu.kernel.kit.tables import Table
from nanhu.kernel.proposals import WITHDRAWN
from nanhu.kernel.registry import Text as Words
from nanhu.kernel.registry import Viewer
from nanhu.kernel.rollbacks import Rollback


class Rollbacks(Table):
    title = Link(_("名称"), "batch__title", to="case")
    reason = Text(_("原因"))
    importer = Who(_("制单"), "batch__author_name", account="batch__author_id", is_wide=True)
    checker = Who(_("当初复核"), "batch__approver_name", account="batch__approver_id", is_wide=True)
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=Rollback.State.choices, tones={"done": "good", "refused": "none"}, tone="warn")


class UndoOptions(TypedDict, total=False):
    """`warning`: what becomes of the list, said before one asks. `lead`: who decides here. `may_ask`: who asks for this list, where not
    all who see it may."""

    title: Required[Words]
    warning: Required[Words]
    lead: Required[Words]
    done: Done
    agree: Callable[[Any], Words]
    may_ask: Callable[[Viewer, Any], bool]


def anybody(_viewer: Viewer, _found: object) -> bool:
    return True


def undoing(
    lists: Intake,
    desk: Console,
    model: type[Rollback],
    table: type[Table] = Rollbacks,
    *,
    on_ask: Callable[[Actor, Any, UUID, str], Rollback],
    on_agree: Callable[[Actor, Any], object],
    **options: Unpack[UndoOptions],
) -> Cases:
    """Hangs up both. `on_ask` is given the list, the form's token and the reason; what `on_agree` gives, `done` may tell."""
    may_ask = options.get("may_ask", anybody)
    given: CaseOptions = {
        "title": options["title"],
        "tab": _("回滚"),
        "lead": options["lead"],
        "empty": Empty(title=_("还没有回滚过"), icon="undo-2", text=_("在办完的那一份的页面上提出。")),
        "found": model.with_lists(),
        "agree": options.get("agree", lambda _found: _("同意整份回滚")),
        "done": {"approve": options.get("done", _("已回滚。"))},
    }
    if "rows" in lists.options:
        rows_of = lists.options["rows"]
        given["rows"], given["rows_at"] = lambda request, found: rows_of(request, found.batch), "rows.csv"
    hung = desk.proposals(
        "",
        model,
        table,
        on_approve=on_agree,
        on_refuse=lambda by, found, answer: rollbacks.refuse(by=by, rollback=found, answer=answer),
        **given,
    )

    def undo(request: PageRequest, form: RollbackForm, found: Any) -> HttpResponseRedirect:
        if not may_ask(request.viewer, found):
            raise NotTheAuthorError
        asked = on_ask(request.actor, found, form.cleaned_data["token"], form.cleaned_data["reason"])
        shown = hung.case if hung.case.is_shown_to(request.viewer) else lists.case
        return redirect(shown.address(public_id=(asked if shown is hung.case else found).public_id))

    page = lists.case.form(
        "undo/",
        RollbackForm,
        title=options["title"],
        lead=options["warning"],
        tone="danger",
        done=_("已提出，等另一位复核。"),
        proves=True,
    )(undo)

    def undo_back(request: PageRequest, found: Any) -> None:
        asked = found.rollbacks.filter(author=request.viewer.account_id).order_by("-pk").first()
        if asked is None:
            raise NotTheAuthorError
        rollbacks.refuse(by=request.actor, rollback=asked, answer=WITHDRAWN)

    back = lists.case.action("undo/withdraw/", done=_("已撤回。"))(undo_back)

    def taken_back(request: PageRequest, found: Any) -> Mapping[str, Any]:
        is_open = hung.case.is_shown_to(request.viewer)
        asked = list(found.rollbacks.order_by("pk"))
        shown = [(hung.case.address(public_id=one.public_id) if is_open else "", one.state_word) for one in asked]
        can_be = found.state == DONE and not any(one.state == one.waits_in for one in asked)
        asks = can_be and page.is_shown_to(request.viewer) and may_ask(request.viewer, found)
        is_mine = any(one.state == one.waits_in and one.author_id == request.viewer.account_id for one in asked)
        return {
            "rollbacks": shown,
            "undo_at": page.address(public_id=found.public_id) if asks else "",
            "undo_back_at": back.address(public_id=found.public_id) if is_mine else "",
        }

    lists.taken_back = taken_back
    return hung
