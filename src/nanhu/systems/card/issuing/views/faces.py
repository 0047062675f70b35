"""The page on which a clerk looks at the photos of an order, large enough to judge a face."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import PageRequest
from nanhu.systems.card.issuing.policies import OFFICE
from nanhu.systems.card.issuing.services.faces import look_over, unseen
from nanhu.systems.card.issuing.views.desk import SeenOrder, order

AT_ONCE = 24
"""As many as one looks at before one no longer looks."""


def shown_faces(_request: PageRequest, seen: SeenOrder) -> dict[str, Any]:
    left = unseen(seen.order)
    return {"order": seen.order, "rows": left[:AT_ONCE], "left": left.count()}


@order.form(
    "faces/",
    forms.Form,
    title=_("核对照片"),
    submit=_("这一页逐张看过了"),
    icon="check",
    roles=OFFICE,
    template="card_issuing/faces.html",
    facts=shown_faces,
)
def faces(request: PageRequest, _form: forms.Form, seen: SeenOrder) -> HttpResponse:
    told = (one.partition(":") for one in request.POST.getlist("shown"))
    shown = {int(line): path for line, _colon, path in told if is_line(line)}
    refused = {int(line) for line in request.POST.getlist("refused") if is_line(line)}
    good, back = look_over(by=request.actor, order=seen.order, shown=shown, refused=refused)
    messages.success(request, _("看过 %(good)s 张，退回 %(back)s 张。") % {"good": good, "back": back})
    following = "faces" if unseen(seen.order).exists() else "order"
    return redirect(f"card:issuing:{following}", public_id=seen.order.public_id)


def is_line(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9  # noqa: PLR2004  as many as an integer column takes
