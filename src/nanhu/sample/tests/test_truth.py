"""The truth is what the files say: a cleaner that knows only the files and the published rules reaches it."""

from __future__ import annotations

from collections import Counter

from nanhu.sample.scoring import score, score_golden
from nanhu.sample.tests import reference
from nanhu.sample.tests.conftest import TODAY
from nanhu.sample.truth import read_truth


def test_every_row_has_one_owner_or_one_reason(sample, truth):
    owned = [place for person in truth.people for place in person.rows]
    refused = [(one.file, one.line) for one in truth.rejects if one.file != reference.UNITS]
    assert len(set(owned)) == len(owned)
    assert not set(owned) & set(refused)
    in_files = {(file, line) for file, line, _ in reference.read(sample)}
    assert set(owned) | set(refused) == in_files


def test_the_published_rules_reach_the_truth(sample):
    decided, _, golden = reference.clean(sample, TODAY)
    result = score(sample.truth, decided)
    assert (result.precision, result.recall) == (1.0, 1.0), result.misses[:10]
    assert result.misses == ()
    exact = score_golden(sample.truth, golden)
    assert set(exact.exact.values()) == {1.0}, exact.misses[:10]


def test_the_published_rules_reach_the_truth_of_a_filthy_campus(filthy):
    decided, faults, golden = reference.clean(filthy, TODAY)
    result = score(filthy.truth, decided)
    assert result.misses == ()
    exact = score_golden(filthy.truth, golden)
    assert set(exact.exact.values()) == {1.0}, exact.misses[:10]
    truth = read_truth(filthy.truth)
    told = {(one.file, one.line): one.code for one in truth.rejects if one.file != reference.UNITS}
    assert {place: (faults[place], code) for place, code in told.items() if faults[place] != code} == {}
    assert len(set(told.values())) == 17


def test_what_mends_a_row_makes_it_acceptable(filthy):
    truth = read_truth(filthy.truth)
    known = reference.units(filthy.units)
    rows = {(file, line): (file, cells) for file, line, cells in reference.read(filthy)}
    mended = [one for one in truth.rejects if one.mend and one.file != reference.UNITS]
    assert len(mended) > 300
    for one in mended:
        file, cells = rows[one.file, one.line]
        assert reference.clean_row(file, cells | dict(one.mend), known, TODAY)[1] == "", one


def test_people_have_the_shares_of_the_school(truth):
    kinds = Counter(one.kind for person in truth.people for one in person.affiliations)
    assert abs(kinds["student"] / kinds["staff"] - 14) < 1.5
    assert abs(kinds["staff"] / kinds["temporary"] - 2) < 0.5
    categories = {one.category for person in truth.people for one in person.affiliations}
    assert categories == {
        "正式在编",
        "人事代理",
        "劳务派遣",
        "研究生",
        "统招本科",
        "专升本",
        "留学生",
        "五年制",
        "临聘",
        "讲学",
        "公务",
        "培训",
        "访问",
        "交流",
    }


def test_some_people_are_staff_and_student_at_once(truth):
    both = [person for person in truth.people if {"staff", "student"} <= {one.kind for one in person.affiliations}]
    assert both
    assert all(len({one.campus_no for one in person.affiliations}) == len(person.affiliations) for person in both)


def test_all_kinds_of_documents_occur(filthy):
    kinds = {person.document_kind for person in read_truth(filthy.truth).people}
    assert kinds == {"resident_id", "hmt_residence_permit", "foreign_permanent_residence", "passport"}
