"""The matching model, scored on rosters with truth that it was not trained on; and trained anew on a few rows by Splink itself."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from msgspec import convert

from nanhu.platforms.datahub.matching import model as frozen
from nanhu.platforms.datahub.matching.model import checked_model
from nanhu.platforms.datahub.matching.training import LabelledRow, Trial, read_rows
from nanhu.sample.rosters import line_of, rosters, write_rosters

TODAY = date(2026, 11, 29)
SEEDS = [(71_003, 3000), (40_917, 3000)]


def roster(seed, people):
    rows = rosters(seed=seed, people=people, today=TODAY)
    return [convert(line_of(row), LabelledRow) for row in rows]


@pytest.mark.parametrize(("seed", "people"), SEEDS)
def test_nobody_is_merged_wrongly_and_who_was_missed_is_in_the_queue(seed, people):
    rows = roster(seed, people)
    by_keys, found = Trial(None).measure(rows), Trial(checked_model()).measure(rows)
    print(by_keys, found)
    assert by_keys.precision < 1, "rosters on which keys alone are right prove nothing"
    assert found.precision == 1
    assert found.recall_with_queue >= 0.995
    assert found.questions <= 0.03
    assert found.truly_one >= 0.8
    assert found.vetoes_right > 0
    assert Trial(checked_model()).measure(rows) == found, "the same rows, the same judgement"


@pytest.mark.slow
@pytest.mark.django_db
def test_training_reports_and_changes_nothing_until_told(tmp_path, monkeypatch):
    monkeypatch.setattr("nanhu.platforms.datahub.services.matching_model.own_folder", lambda: tmp_path / "matching")
    monkeypatch.setattr(frozen, "own_folder", lambda: tmp_path / "matching")
    before = checked_model()
    for name, seed in (("rows", 5), ("truth", 6)):
        write_rosters(tmp_path / name, rosters(seed=seed, people=500, today=TODAY))
    said = StringIO()
    call_command("datahub", "train_matching", rows=tmp_path / "rows", truth=tmp_path / "truth", stdout=said)
    assert "recall_with_queue" in said.getvalue()
    assert checked_model() == before
    assert [path.name[:10] for path in (tmp_path / "matching").iterdir()] == ["candidate-"]
    assert len(read_rows(tmp_path / "rows")) > 500


@pytest.mark.parametrize(
    "text",
    ["[1]", '{"person": "1"}', '{"person": "1", "campus_no": "2", "name": "3", "birth": "2026-02-30"}', "\0", ""],
)
def test_rows_that_cannot_be_read_or_learnt_from_are_refused_in_words(tmp_path, text):
    (tmp_path / "rows").write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match="匹配模型没有训练成"):
        call_command("datahub", "train_matching", rows=tmp_path / "rows")
