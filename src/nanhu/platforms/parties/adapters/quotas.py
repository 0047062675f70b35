"""财政一体化: quotas handed down to the school, read on from where the last reading ended, by the names of the national standard (bgt_id …).

What comes twice is one line; what comes twice and differs under one version is taken as nothing, and stands as an error until somebody looks.
"""

from typing import Any, Final
from urllib.parse import urlencode

from nanhu.kernel import strict_json
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.money import parse_yuan
from nanhu.kernel.outgoing import BadAnswerError, Call, Document
from nanhu.platforms.parties.adapters.reading import object_of
from nanhu.platforms.parties.lines import Line, line_of
from nanhu.platforms.parties.models import SAID, Inquiry, QuotaLine
from nanhu.platforms.parties.parties import Verdict
from nanhu.platforms.parties.services.asking import FRESH, Client, Facts, Said, ask, register

BY: Final = Actor.system("parties")
WITHDRAWN: Final = "1"
NAMES: Final = {
    "number": "bgt_id",
    "version": "update_time",
    "document": "cor_bgt_doc_no",
    "year": "fiscal_year",
    "agency": "agency_code",
    "fund_type": "fund_type_code",
    "function": "exp_func_code",
    "government_class": "gov_bgt_eco_code",
    "department_class": "dep_bgt_eco_code",
    "project": "pro_code",
}
NEEDED: Final = ("bgt_id", "update_time", "cor_bgt_doc_no", "agency_code")


def read_on() -> Inquiry | None:
    """Each hour, and at once where more waits there; nothing where the treasury has no line here."""
    if line_of("quotas") is None:
        return None
    last = Inquiry.objects.filter(party="quotas", state=Inquiry.State.ANSWERED).order_by("-pk").first()
    after = strict_json.decode(last.answer)["next"] if last else "0"
    return ask(by=BY, party="quotas", subject=after, question={"after": after}, fresh=FRESH * 0)


def call(line: Line, question: Facts) -> Call:
    return Call(address=f"{line.address}/quotas?{urlencode(question)}", headers=line.headers)


def read(question: Facts, document: Document) -> Said:
    said = object_of(document)
    rows, following = said.get("data"), said.get("next")
    is_on = isinstance(following, str) and following.isdigit() and int(following) >= int(question["after"]) + bool(rows)
    if str(said.get("code")) != "0" or not isinstance(rows, list) or not is_on or (said.get("more") and not rows):
        raise BadAnswerError("no list of quotas that goes on from here")
    lines = [line_from(row) for row in rows]
    refuse_contradicted(lines)
    return Said(Verdict.READ, {"next": following, "more": said.get("more") is True, "lines": lines})


def line_from(row: Any) -> dict[str, Any]:
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) and row[name] for name in NEEDED):
        raise BadAnswerError("a quota without its number")
    facts: dict[str, Any] = {ours: str(row.get(theirs, "")) for ours, theirs in NAMES.items()}
    try:
        amount = str(row.get("amt", ""))
        facts["amount_fen"] = -parse_yuan(amount[1:]) if amount.startswith("-") else parse_yuan(amount)
        facts["year"] = int(facts["year"])
    except (CampusError, ValueError) as error:
        raise BadAnswerError("a quota without its year or amount") from error
    return {**facts, "is_withdrawn": str(row.get("is_deleted", "")) == WITHDRAWN}


def refuse_contradicted(lines: list[dict[str, Any]]) -> None:
    """Among themselves, and by what stands here."""
    stand = QuotaLine.objects.filter(number__in=[one["number"] for one in lines]).values(*SAID, "version")
    known = {(one["number"], one["version"]): one for one in stand}
    for one in lines:
        if known.setdefault((one["number"], one["version"]), one) != one:
            raise BadAnswerError(f"quota {one['number']} twice, differently"[:120])


def keep(said: Said) -> None:
    rows = [QuotaLine(**one, received_at=now()) for one in said.facts["lines"]]
    QuotaLine.objects.bulk_create(rows, ignore_conflicts=True)
    if said.facts["more"]:
        following = said.facts["next"]
        ask(by=BY, party="quotas", subject=following, question={"after": following}, fresh=FRESH * 0)


CLIENT: Final = register(Client(party="quotas", call=call, read=read, keep=keep))
