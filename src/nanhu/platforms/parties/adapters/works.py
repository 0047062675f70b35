"""The DOI registry: content negotiation at doi.org, answered by whichever agency registered it (Crossref, DataCite, ISTIC).

https://www.crossref.org/documentation/retrieve-metadata/content-negotiation/: CSL-JSON is asked for and nothing else is taken; 404 is the registry's
own word that there is no such DOI.
"""

import re
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from nanhu.kernel.actors import Actor
from nanhu.kernel.folding import halfwidth
from nanhu.kernel.outgoing import BadAnswerError, Call, Document
from nanhu.platforms.parties.adapters.reading import object_of, refuse_other
from nanhu.platforms.parties.errors import DoiError
from nanhu.platforms.parties.lines import Line
from nanhu.platforms.parties.models import Inquiry
from nanhu.platforms.parties.parties import Verdict
from nanhu.platforms.parties.services.asking import Client, Facts, Said, ask, register

CSL: Final = "application/vnd.citationstyles.csl+json"
DOI: Final = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?(10\.\d{4,9}/\S{1,200})", re.IGNORECASE | re.ASCII)
REDIRECTS: Final = 3


def look_up(*, by: Actor, doi: str) -> Inquiry:
    found = DOI.fullmatch(halfwidth(doi).strip())
    if found is None:
        raise DoiError
    return ask(by=by, party="works", subject=found[1].lower(), question={"doi": found[1].lower()})


def call(line: Line, question: Facts) -> Call:
    return Call(address=f"{line.address}/{quote(question['doi'])}", headers=(("Accept", CSL), *line.headers))


def read(question: Facts, document: Document) -> Said:
    if document.status == HTTPStatus.NOT_FOUND:
        return Said(Verdict.NOT_FOUND)
    if not document.headers.get("content-type", "").startswith(CSL):
        raise BadAnswerError("no CSL-JSON")
    said = object_of(document)
    refuse_other(question["doi"], str(said.get("DOI", "")).lower())
    try:
        return Said(Verdict.FOUND, work_of(said))
    except (AttributeError, TypeError) as error:
        raise BadAnswerError("CSL-JSON of another shape") from error


def work_of(said: dict[str, Any]) -> dict[str, Any]:
    """The fields that a list of publications needs, each of the shape that CSL says or left out."""
    texts = {
        name: said[name]
        for name in ("type", "title", "container-title", "volume", "issue", "page")
        if isinstance(said.get(name), str)
    }
    parts = [part for part in (said.get("issued") or {}).get("date-parts") or [] if isinstance(part, list)][:1]
    authors = [one for one in said.get("author") or [] if isinstance(one, dict)]
    names = [{key: str(one[key]) for key in ("family", "given", "literal", "ORCID") if key in one} for one in authors]
    issn = [str(one) for one in said.get("ISSN") or []]
    return {
        "doi": str(said["DOI"]).lower(),
        **texts,
        "issued": parts[0] if parts else [],
        "authors": names,
        "issn": issn,
    }


CLIENT: Final = register(Client(party="works", call=call, read=read, redirects=REDIRECTS))
