"""What a button that prints answers: the paper, at its own address."""

from django.http import HttpResponseBase
from django.shortcuts import redirect

from nanhu.kernel.kit import PageRequest
from nanhu.kernel.printing.papers import Paper
from nanhu.systems.assets.printing import Facts, print_sheet


def print_out(request: PageRequest, paper: Paper, facts: Facts) -> HttpResponseBase:
    document = print_sheet(by=request.actor, person_id=request.viewer.person_id, paper=paper, facts=facts)
    return redirect("files:download", document.file.public_id)
