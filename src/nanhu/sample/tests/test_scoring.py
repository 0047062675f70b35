"""The scores by hand-made examples."""

from __future__ import annotations

import json

from nanhu.sample.scoring import Miss, score, score_golden, score_rows

A1, A2, A3, B1, X1 = ("a", 2), ("a", 3), ("b", 2), ("b", 3), ("a", 9)
OWNER = {A1: "A", A2: "A", A3: "A", B1: "B"}
REFUSED = {X1: "name_missing"}


def test_a_perfect_cleaning_scores_one():
    result = score_rows(OWNER, REFUSED, {A1: 1, A2: 1, A3: 1, B1: 2, X1: None})
    assert (result.precision, result.recall) == (1.0, 1.0)
    assert (result.acceptance.precision, result.rejection.recall) == (1.0, 1.0)
    assert result.misses == ()


def test_a_split_person_costs_recall():
    result = score_rows(OWNER, REFUSED, {A1: 1, A2: 1, A3: 3, B1: 2, X1: None})
    assert result.precision == 1.0
    assert result.recall == 1 / 3
    assert result.misses == (Miss("not_linked", A3, A1, "A"),)


def test_a_wrong_merge_costs_precision():
    result = score_rows(OWNER, REFUSED, {A1: 1, A2: 1, A3: 1, B1: 1, X1: None})
    assert result.precision == 3 / 6
    assert result.recall == 1.0
    assert result.misses == (Miss("linked_wrongly", B1, A1, "B"),)


def test_accepting_a_bad_row_costs_precision_of_acceptance_and_recall_of_rejection():
    result = score_rows(OWNER, REFUSED, {A1: 1, A2: 1, A3: 1, B1: 2, X1: 9})
    assert result.acceptance.precision == 4 / 5
    assert result.acceptance.recall == 1.0
    assert result.rejection.recall == 0.0
    assert result.misses == (Miss("accepted_wrongly", X1, expected="name_missing"),)


def test_a_bad_row_joined_to_a_person_costs_precision_of_pairs():
    result = score_rows(OWNER, REFUSED, {A1: 1, A2: 1, A3: 1, B1: 2, X1: 1})
    assert result.precision == 3 / 6


def test_rejecting_a_good_row_costs_recall():
    result = score_rows(OWNER, REFUSED, {A1: 1, A2: 1, B1: 2})
    assert result.acceptance.recall == 3 / 4
    assert result.rejection.precision == 1 / 2
    assert result.recall == 1 / 3
    assert result.misses == (Miss("rejected_wrongly", A3, expected="A"),)


def test_nothing_decided_recalls_nothing():
    result = score_rows(OWNER, REFUSED, {})
    assert (result.precision, result.recall) == (1.0, 0.0)


def test_it_reads_the_truth_from_its_file(tmp_path):
    person = {
        "record": "person",
        "key": "P1",
        "name": "张伟",
        "sex": "1",
        "birth_date": None,
        "nationality": "CHN",
        "document_kind": "passport",
        "document_number": "E1",
        "phone": None,
        "ethnic": None,
        "rows": [["a.csv", 2], ["a.csv", 3]],
        "affiliations": [
            {
                "kind": "student",
                "campus_no": "14",
                "unit": "1",
                "category": "留学生",
                "starts_on": "2026-09-01",
                "ends_on": None,
                "state": "active",
            }
        ],
    }
    path = tmp_path / "truth.jsonl"
    path.write_text(json.dumps(person) + "\n", encoding="utf-8")
    assert score(path, {("a.csv", 2): 5, ("a.csv", 3): 5}).recall == 1.0
    exact = score_golden(path, {"14": {"name": "张伟", "phone": "13800000000"}})
    assert exact.exact == {"name": 1.0, "phone": 0.0}
    assert exact.misses == (("14", "phone", None, "13800000000"),)
    assert score_golden(path, {}).exact["name"] == 0.0
