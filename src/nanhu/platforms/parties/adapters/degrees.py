"""学历学位核验: name and number of a certificate, and whether the register has them together. Holding and holder are nobody's to be guessed:
both are sealed, and forgotten in time."""

import re
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from nanhu.kernel.actors import Actor
from nanhu.kernel.outgoing import BadAnswerError, Call, Document
from nanhu.platforms.parties.adapters.reading import object_of, refuse_other
from nanhu.platforms.parties.errors import DegreeNumberError
from nanhu.platforms.parties.lines import Line
from nanhu.platforms.parties.models import Inquiry
from nanhu.platforms.parties.parties import Verdict
from nanhu.platforms.parties.services.asking import Client, Facts, Said, ask, register

CERTIFICATE: Final = re.compile(r"\d{16,18}", re.ASCII)
ANSWERS: Final = {"1": Verdict.MISMATCH, "2": Verdict.NOT_FOUND}
TOLD: Final = ("school", "major", "level", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class DegreeQuestion:
    """`kind`: education (学历) or degree (学位), whose registers are two."""

    kind: Literal["education", "degree"] = "education"
    name: str
    certificate: str
    id_number: str = ""


def check(*, by: Actor, question: DegreeQuestion) -> Inquiry:
    if not question.name.strip() or CERTIFICATE.fullmatch(question.certificate) is None:
        raise DegreeNumberError
    facts = {
        "kind": question.kind,
        "name": question.name.strip(),
        "certificateNumber": question.certificate,
        "idcode": question.id_number,
    }
    return ask(by=by, party="degrees", subject=question.certificate, question=facts)


def call(line: Line, question: Facts) -> Call:
    return Call(
        address=f"{line.address}/check",
        body=msgspec.json.encode(question),
        content_type="application/json",
        headers=line.headers,
    )


def read(question: Facts, document: Document) -> Said:
    said = object_of(document)
    refuse_other(question["certificateNumber"], said.get("certificateNumber", ""))
    code, facts = str(said.get("code", "")), said.get("data")
    if code in ANSWERS:
        return Said(ANSWERS[code])
    if code != "0" or not isinstance(facts, dict):
        raise BadAnswerError(f"code {code}"[:80])
    refuse_other(question["name"], facts.get("name", ""))
    return Said(Verdict.MATCHING, {name: str(facts.get(name, "")) for name in TOLD})


CLIENT: Final = register(Client(party="degrees", call=call, read=read))
