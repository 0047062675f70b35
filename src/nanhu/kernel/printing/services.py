"""Issuing and revoking documents; replacing templates."""

import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.crypto import mask_name
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.files import services as files
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.purposes import Purpose, Retention, purposes
from nanhu.kernel.numbering import services as numbering
from nanhu.kernel.numbering.errors import NumberVoidError
from nanhu.kernel.printing.errors import TemplateRefusedError
from nanhu.kernel.printing.models import PrintedDocument, PrintTemplate
from nanhu.kernel.printing.papers import Paper, papers
from nanhu.kernel.printing.rendering import pdf_of
from nanhu.kernel.proposals import given
from nanhu.kernel.registry import Viewer
from nanhu.kernel.school import school

CODE_BYTES: Final = 16
PREVIEW_CODE: Final = "0" * 22
PREVIEW_NUMBER: Final = "〔预览〕"
IMPORTS_SHEET: Final = re.compile(r"^\s*#import\s+\"sheet\.typ\"", re.MULTILINE)
SHOWS_SHEET: Final = re.compile(r"^\s*#show:\s*sheet\b", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    person_id: int | None
    name: str


def may_open(viewer: Viewer, file: StoredFile) -> bool:
    document = PrintedDocument.objects.filter(file=file).first()
    paper = papers.get(document.paper) if document is not None else None
    return document is not None and paper is not None and paper.may_open(viewer, document)


DOCUMENTS: Final = Purpose(
    key="printing.document",
    name=_("打印件"),
    kinds=frozenset({"pdf"}),
    retention=Retention(name=_("永久"), days=None),
    may_open=may_open,
)
purposes.add(DOCUMENTS)


@transaction.atomic
@override(settings.LANGUAGE_CODE)
def issue(*, by: Actor, paper: Paper, facts: Mapping[str, Any], holder: Holder) -> PrintedDocument:
    """Numbered, rendered, kept, and answered for at its code from the commit on. Of a gapless series: the last step of its transaction."""
    document = PrintedDocument(
        public_id=uuid4(),
        paper=paper.key,
        code=secrets.token_urlsafe(CODE_BYTES),
        issuer=school().name,
        holder_id=holder.person_id,
        holder_masked=mask_name(holder.name),
        issued_by_name=by.name,
    )
    target = f"printed-document:{document.public_id}"
    document.number = numbering.take(by=by, series=paper.series, target=target).number
    document.issued_at = now()  # one moment for template, paper and answer, after the number was waited for
    day = campus_time(document.issued_at).date()
    document.template = in_force(paper, day)
    pdf = rendered(paper, facts, document.template, number=document.number, code=document.code, day=day)
    document.file = files.keep(
        by=by,
        purpose=replace(DOCUMENTS, retention=paper.retention),
        content=pdf,
        name=f"{paper.name}-{document.number}.pdf",
        target=target,
        is_ours=True,
    )
    document.save(force_insert=True)
    audit.record(by=by, action="printing.issue", target=target)
    return document


def rendered(
    paper: Paper, facts: Mapping[str, Any], template: PrintTemplate | None, *, number: str, code: str, day: date
) -> bytes:
    text = template.text if template else paper.template.read_text("utf-8")
    frame = {"issuer": school().name, "title": str(paper.name), "number": number, "issued_on": f"{day}"}
    return pdf_of(text, {**facts, **frame}, code=code, is_archival=paper.is_archival)


def preview(paper: Paper, template: PrintTemplate | None) -> bytes:
    """With the room's sample in the place of a person."""
    return rendered(paper, paper.sample(), template, number=PREVIEW_NUMBER, code=PREVIEW_CODE, day=campus_today())


@transaction.atomic
def revoke(*, by: Actor, document: PrintedDocument, reason: str) -> PrintedDocument:
    """Its code says so from the commit on, and its number is void, if it was not before."""
    why = given(reason)
    row = PrintedDocument.objects.select_for_update().get(pk=document.pk)
    if row.revoked_at is not None:
        raise WrongStateError(what=say("这份文件"), state=say("已作废"))
    row.revoked_at, row.revoked_by_name, row.why_revoked = now(), by.name, why
    row.save(update_fields=["revoked_at", "revoked_by_name", "why_revoked"])
    paper = papers.get(row.paper)
    if paper is not None:
        with suppress(NumberVoidError):
            numbering.void(by=by, series=paper.series, number=row.number, reason=why)
    audit.record(by=by, action="printing.revoke", target=f"printed-document:{row.public_id}", reason=why)
    return row


def templates_of(paper: str) -> QuerySet[PrintTemplate]:
    """Those that are not withdrawn, the one that counts longest first."""
    return PrintTemplate.objects.filter(paper=paper, withdrawn_at=None).order_by("-starts_on", "-id")


def in_force(paper: Paper, day: date | None = None) -> PrintTemplate | None:
    """The school's of that day; None: the one that came with the room."""
    return templates_of(paper.key).filter(starts_on__lte=day or campus_today()).first()


@transaction.atomic
def replace_template(*, by: Actor, paper: Paper, text: str, starts_on: date, reason: str) -> PrintTemplate:
    """It must set the room's sample; TemplateRefusedError says which line does not."""
    if not (IMPORTS_SHEET.search(text) and SHOWS_SHEET.search(text)):
        raise TemplateRefusedError(line=1, fault=say("没有用 sheet.typ，编号和验证码不会印上"))
    template = PrintTemplate(
        paper=paper.key, text=text, starts_on=starts_on, reason=given(reason), created_by_name=by.name
    )
    preview(paper, template)
    template.save(force_insert=True)
    note(by, "printing.replace_template", template, template.reason)
    return template


@transaction.atomic
def withdraw_template(*, by: Actor, template: PrintTemplate, reason: str) -> PrintTemplate:
    """The one before it counts again, else the room's own. What was printed with it stands."""
    why = given(reason)
    row = PrintTemplate.objects.select_for_update().get(pk=template.pk)
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by_name = now(), by.name
        row.save(update_fields=["withdrawn_at", "withdrawn_by_name"])
        note(by, "printing.withdraw_template", row, why)
    return row


def note(by: Actor, action: str, template: PrintTemplate, reason: str) -> None:
    target = f"print-template:{template.public_id}"
    audit.record(by=by, action=action, target=target, reason=reason, facts={"from": f"{template.starts_on}"})
