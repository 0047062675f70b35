"""Who answers for a field of 个人信息, and an appeal against a refusal."""

from contextlib import suppress
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as say

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.flows import api as flows
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.corrections.process import APPEAL, KEY, PAPERS
from nanhu.platforms.portal.errors import NotAppealableError
from nanhu.platforms.portal.models import Correction, FieldOwner

APPEALED: Final = "portal.correction"
MOST_PAPERS: Final = 5
"""Those of the complaint and of the appeal together; of more the latest."""


@transaction.atomic
def name_owner(*, by: Actor, field: str, unit_id: int, office: str) -> None:
    """From the next correction on; those that run stay with whom they are."""
    FieldOwner.objects.update_or_create(
        field=field, defaults={"unit_id": unit_id, "office": office, "changed_by_name": by.name}
    )
    audit.record(
        by=by,
        action="portal.name_field_owner",
        target=f"field:{field}",
        facts={"unit_id": unit_id, "office": people.office_names().get(office, office)},
    )


@transaction.atomic
def appeal(*, by: Actor, correction: Correction, why: str, token: UUID) -> None:
    """Once a refusal: another head looks at it. Who finds for the applicant has it done anew (`judged`)."""
    locked = Correction.objects.select_for_update().get(pk=correction.pk)
    case = flows.case_card(locked.case_id)
    if not is_refused(case) or locked.appealed_at is not None:
        raise NotAppealableError
    locked.appealed_at = now()
    locked.save(update_fields=["appealed_at"])
    flows.open_case(
        by=by,
        key=APPEAL,
        applicant_id=locked.person_id,
        data={"number": case.number, "wanted": case.data.get("wanted", ""), "why": why},
        token=token,
        subject=(APPEALED, str(locked.case_id)),
    )


def is_refused(case: flows.CaseCard) -> bool:
    return case.outcome == "refused"


@transaction.atomic
def judged(*, by: Actor, correction: Correction, appeal_id: int) -> None:
    """An appeal that was granted: the same complaint goes to its office again, with what the appeal said. Told twice of the same
    appeal, it is done once."""
    case = flows.case_card(correction.case_id)
    if not case.data:
        return  # what was said was forgotten by age meanwhile
    found = flows.case_card(appeal_id)
    papers = [*flows.uploads_of(correction.case_id, PAPERS), *flows.uploads_of(appeal_id, PAPERS)]
    why = say("申诉成立（%(number)s）：%(why)s") % {"number": found.number, "why": found.data.get("why", "")}
    with suppress(flows.TwinCaseError):  # he has complained of it anew already
        flows.open_case(
            by=by,
            key=KEY,
            applicant_id=correction.person_id,
            data={**case.data, "why": why[:500], PAPERS: papers[-MOST_PAPERS:]},
            token=uuid5(NAMESPACE_URL, f"portal.appeal:{appeal_id}"),
        )
