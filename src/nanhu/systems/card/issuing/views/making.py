"""Making the plastic: print the pages, read each blank's chip."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.kit import PageRequest
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import printing
from nanhu.systems.card.issuing.forms import ChipForm
from nanhu.systems.card.issuing.models import CardOrder
from nanhu.systems.card.issuing.policies import OFFICE
from nanhu.systems.card.issuing.services import making
from nanhu.systems.card.issuing.views.desk import SeenOrder, order
from nanhu.systems.card.issuing.views.uploads import SeenLine, row


def shown_next(_request: PageRequest, seen: SeenOrder) -> dict[str, Any]:
    """The next person, and always an empty field: what was read stays in it no longer than one press of Enter."""
    found = seen.order
    rows = found.rows.select_related("card").order_by("line")
    waiting = rows.filter(state="waiting").first() if found.state == CardOrder.State.ACCEPTED else None
    return {
        "order": found,
        "row": waiting,
        "blank": ChipForm(initial={"line": waiting.line if waiting else 0}),
        "total": rows.count(),
        "made": rows.filter(state__in=["made", "handed"]).count(),
        "person": people.person_card(waiting.person_id) if waiting and waiting.person_id else None,
        "last": rows.filter(state="made").order_by("-made_at")[:5],
    }


@order.form(
    "make/",
    ChipForm,
    title=_("逐张制卡"),
    submit=_("写入此卡，下一张"),
    icon="arrow-right",
    roles=OFFICE,
    template="card_issuing/make.html",
    facts=shown_next,
)
def make(request: PageRequest, form: ChipForm, seen: SeenOrder) -> HttpResponse:
    """The next person stands on the screen, the focus in the reader's field; its Enter takes one on."""
    said = form.cleaned_data
    current = making.make_row(by=request.actor, order=seen.order, line=said["line"], uid=said["uid"])
    messages.success(request, making_words(current, said["line"]))
    following = "make" if current.state == CardOrder.State.ACCEPTED else "order"
    return redirect(f"card:issuing:{following}", public_id=seen.order.public_id)


def making_words(found: CardOrder, line: int) -> str:
    name, left = found.rows.get(line=line).name, found.rows.filter(state="waiting").count()
    if left:
        return str(_("%(name)s的卡已制好，还剩 %(left)s 张。") % {"name": name, "left": left})
    return str(_("%(name)s的卡已制好。这一单全部制好，已通知来领。") % {"name": name})


def shown_blank(_request: PageRequest, seen: SeenLine) -> dict[str, Any]:
    return {"row": seen.row}


@row.form(
    "spoil/",
    ReasonForm,
    title=_("制作失败"),
    submit=_("作废重制"),
    tone="danger",
    roles=OFFICE,
    to="order",
    done=_("这张白卡已作废，这个人等着重制。"),
    template="card_issuing/spoil.html",
    facts=shown_blank,
)
def spoil(request: PageRequest, form: ReasonForm, seen: SeenLine) -> None:
    making.spoil_row(by=request.actor, order=seen.order, line=seen.row.line, reason=form.cleaned_data["reason"])


@order.page("print.pdf", title=_("制卡排版 PDF"), roles=OFFICE)
def print_pdf(request: PageRequest, seen: SeenOrder) -> HttpResponse:
    found, rows = seen.order, list(seen.order.rows.select_related("card").order_by("line"))
    facts = {"cards": len(rows)}
    audit.record(by=request.actor, action="card.print_order", target=f"card_order:{found.number}", facts=facts)
    answer = HttpResponse(printing.pdf_of(found.card_class, rows), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return answer
