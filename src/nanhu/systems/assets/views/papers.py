"""What a button that prints answers: the paper, at its own address."""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.shortcuts import redirect

from nanhu.kernel.kit import PageRequest
from nanhu.kernel.printing.papers import Paper
from nanhu.systems.assets.printing import Facts, print_sheet


def print_out[S](request: PageRequest, paper: Paper, facts: Callable[[S], Facts], subject: S) -> HttpResponseBase:
    document = print_sheet(
        by=request.actor, person_id=request.viewer.person_id, paper=paper, facts=lambda: facts(subject)
    )
    return redirect("files:download", document.file.public_id)
