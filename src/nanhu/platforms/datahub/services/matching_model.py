"""Training the matching model on what the school has: a dated file that changes nothing until somebody says that it is used."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.whole_files import write_whole
from nanhu.platforms.datahub.matching.evidence import levels_of
from nanhu.platforms.datahub.matching.model import VETO, Model, model_of, own_folder
from nanhu.platforms.datahub.matching.training import Figures, LabelledRow, Trial, train
from nanhu.platforms.datahub.models import Batch, LandingRow, Review
from nanhu.platforms.datahub.services.rebuilding import cleaned, in_batches


@dataclass(frozen=True, slots=True)
class Trained:
    """`before`: by exact keys alone; `after`: with the model. Of the held-out rows, None without them. `agreed` of `decided`
    pairs that stewards decided are judged alike."""

    path: Path
    version: str
    rows: int
    before: Figures | None
    after: Figures | None
    decided: int = 0
    agreed: int = 0


def train_model(
    *,
    by: Actor,
    rows: Sequence[LabelledRow] | None = None,
    truth: Sequence[LabelledRow] | None = None,
    is_used: bool = False,
) -> Trained:
    """`rows`: other than what the school handed in; `truth`: rows that it is judged by, which it did not see."""
    told, decided = (list(rows), []) if rows is not None else school_rows()
    version = campus_today().isoformat()
    made = train(told, version)
    model = model_of(made)
    before = Trial(None).measure(truth) if truth is not None else None
    after = Trial(model).measure(truth) if truth is not None else None
    if after is not None:
        made["figures"] = asdict(after)
    agreed = sum(judges_alike(model, left, right, is_one=is_one) for left, right, is_one in decided)
    path = own_folder() / f"{'model' if is_used else 'candidate'}-{version}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, made)
    facts = {"file": path.name, "rows": len(told), "used": is_used}
    audit.record(by=by, action="datahub.train_matching", target=f"model:{version}", facts=facts)
    return Trained(path, version, len(told), before, after, len(decided), agreed)


def write(path: Path, made: dict[str, Any]) -> None:
    write_whole(path, json.dumps(made, ensure_ascii=False, indent=1) + "\n", mode=0o644)


def school_rows() -> tuple[list[LabelledRow], list[tuple[LabelledRow, LabelledRow, bool]]]:
    """All rows in effect, cleaned; and the pairs that stewards decided, each by its last rows."""
    rows = LandingRow.objects.filter(state=LandingRow.State.ACCEPTED, batch__state=Batch.State.APPLIED)
    listed: list[LabelledRow] = []
    last: dict[int, LabelledRow] = {}
    for spec, batch, accepted in in_batches(rows):
        for row in cleaned(spec, batch, list(accepted)):
            if row.clean is None:
                continue
            person_id = accepted[row.row_id]
            last[person_id] = told = LabelledRow(
                person=str(person_id),
                campus_no=row.clean.campus_no,
                name=row.clean.name,
                sex=row.clean.sex or "",
                birth=row.clean.birth_date,
                document=row.clean.id_number or "",
                phone=row.clean.phone or "",
            )
            listed.append(told)
    decided = Review.objects.filter(row=None).exclude(state=Review.State.OPEN).order_by("id")
    pairs = [
        (last[left], last[right], state == Review.State.SAME)
        for left, right, state in decided.values_list("left_id", "right_id", "state")
        if left in last and right in last
    ]
    return listed, pairs


def judges_alike(model: Model, left: LabelledRow, right: LabelledRow, *, is_one: bool) -> bool:
    return (model.probability(levels_of(left.traits, right.traits)) >= VETO) == is_one
