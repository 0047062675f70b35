"""The trained model at the steward's desk: what it holds back, what it shows, and what happens where it cannot be used."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from nanhu.kernel.clock import campus_today
from nanhu.platforms.datahub.checks import check_model
from nanhu.platforms.datahub.errors import MatchingModelError
from nanhu.platforms.datahub.matching import model as frozen
from nanhu.platforms.datahub.matching import training
from nanhu.platforms.datahub.models import Issue, Review
from nanhu.platforms.datahub.sentences import sentence_of
from nanhu.platforms.datahub.services.reviews import decide_same
from nanhu.platforms.datahub.tests.conftest import BY, id_number, register, student
from nanhu.platforms.people.models import Affiliation

FIRST = {"14231100001": ("李明", id_number())}
TWIN = {"name": "李亮", "no": "14231100002", "phone": "13911112222"}
SHIPPED = max(frozen.HERE.glob(frozen.PATTERN))


def students():
    """Name and document by campus number."""
    held = Affiliation.objects.filter(kind="student").exclude(state="ended").select_related("person")
    return {one.campus_no: (one.person.name, one.person.id_number) for one in held}


@pytest.fixture
def own_model(tmp_path, monkeypatch):
    """Write a school's own file."""
    folder = tmp_path / "matching"
    folder.mkdir()
    monkeypatch.setattr(frozen, "own_folder", lambda: folder)

    def write(text):
        (folder / "model-2027-01-31.json").write_text(text, encoding="utf-8")

    return write


@pytest.mark.capability("A004.1", "A004.6")
@pytest.mark.django_db
def test_a_twin_under_the_others_document_is_held_and_the_steward_decides(hand_in, units, steward):
    hand_in(register(student()))
    report = hand_in(register(student(**TWIN)))
    assert (report.counts["held"], report.counts["changed"], students()) == (1, 0, FIRST)
    review = Review.objects.get()
    assert (review.model, review.alias, review.score < 50) == (frozen.checked_model().version, "李亮", True)
    issue = Issue.objects.get(code="model_doubts")
    assert f"{review.score}%" in sentence_of(issue.code, issue.facts)
    page = steward.get(f"/datahub/reviews/{review.pk}/").content.decode()
    assert f"匹配模型 {review.model}" in page
    assert f"{review.score}%" in steward.get("/datahub/reviews/").content.decode()


@pytest.mark.capability("A004.1", "A004.6")
@pytest.mark.django_db
def test_a_campus_number_that_was_given_anew_to_a_namesake_is_held_and_may_be_taken_back(hand_in, units, steward):
    number = id_number("20081130", order=4)
    other = student(document=number, 性别="女", 出生日期="2008-11-30")
    hand_in(register(student()))
    assert hand_in(register(other)).counts["held"] == 1
    assert students() == FIRST
    review = Review.objects.get()
    address = f"/datahub/reviews/{review.pk}/"
    answer(steward, address, "left")
    assert (students(), Review.objects.get().state) == ({"14231100001": ("李明", number)}, "same")
    assert hand_in(register(student(), other) + "\n").counts["held"] == 0, "said once"
    answer(steward, address, "part")
    assert students() == FIRST
    assert hand_in(register(other) + "\n\n").counts["codes"]["decided_different"] == 1


def answer(client, address, verdict):
    page = client.get(address).content.decode()
    token = page.split('name="form_token" value="')[1].split('"')[0]
    sent = client.post(address, {"form_token": token, "verdict": verdict, "reason": "看过证件"})
    assert sent.status_code == 302, sent.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "{}", '{"format": 2}'], ids=["broken", "incomplete", "of another version"])
def test_where_the_schools_model_cannot_be_used_the_programs_holds_twins_and_the_doctor_says_so(
    hand_in, units, own_model, text
):
    own_model(text)
    hand_in(register(student()))
    report = hand_in(register(student(**TWIN)))
    assert (report.counts["held"], students()) == (1, FIRST)
    shipped = frozen.shipped_model().version
    assert Review.objects.get().model == shipped
    told = check_model()
    assert told.verdict == "warn"
    assert "model-2027-01-31.json" in told.message
    assert shipped in told.message


@pytest.mark.django_db
def test_the_school_trains_on_its_own_rows_and_says_when_the_model_is_used(hand_in, units, own_model, monkeypatch):
    twice = {"name": "Anna Petrova", "国籍地区": "俄罗斯", "证件类型": "护照"}
    hand_in(register(*(student(no=f"1423110000{n}", document=f"E1234567{n}", **twice) for n in (1, 2))))
    review = Review.objects.get()
    decide_same(by=BY, review_id=review.pk, kept_id=review.left_id, reason="护照原件")
    learnt = json.loads(SHIPPED.read_text(encoding="utf-8"))["splink"]
    given = []

    def run(work):
        given.append(work["rows"])
        return {"splink": learnt, "made_with": "splink", "pairs": []}

    monkeypatch.setattr(training.trainer, "run", run)
    with pytest.raises(CommandError, match="2 < 500"):
        call_command("datahub", "train_matching")
    monkeypatch.setattr(training, "LEAST_ROWS", 2)
    monkeypatch.setattr("nanhu.platforms.datahub.services.matching_model.own_folder", frozen.own_folder)
    for options, file in (({}, SHIPPED), ({"use": True}, frozen.own_folder() / f"model-{campus_today()}.json")):
        said = StringIO()
        call_command("datahub", "train_matching", stdout=said, **options)
        assert "1 对，模型同意 1 对" in said.getvalue()
        assert frozen.model_path() == file
    assert (given[0]["document"], given[0]["number"]) == (["E12345671", "E12345672"], ["14231100001", "14231100002"])
    assert frozen.checked_model().version == str(campus_today())
    assert check_model().verdict == "ok"


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["splink"].update(probability_two_random_records_match=1),
        lambda one: one["splink"]["comparisons"].pop(),
        lambda one: one["splink"]["comparisons"][0]["comparison_levels"][1].update(sql_condition="TRUE"),
        lambda one: one["splink"]["comparisons"][1]["comparison_levels"][1].update(m_probability=1e-6),
        lambda one: one["splink"]["comparisons"][3]["comparison_levels"][1].update(u_probability="x"),
    ],
    ids=["prior", "a comparison less", "another comparison", "agreement that counts against", "no number"],
)
def test_a_model_against_all_sense_is_refused_in_words(own_model, change):
    told = json.loads(SHIPPED.read_text(encoding="utf-8"))
    change(told)
    own_model(json.dumps(told))
    assert frozen.model_in_use() == frozen.shipped_model()
    with pytest.raises(MatchingModelError, match=r"匹配模型文件 model-2027-01-31\.json 不能用"):
        frozen.checked_model()


def test_the_schools_own_file_goes_first(own_model):
    told = json.loads(SHIPPED.read_text(encoding="utf-8"))
    own_model(json.dumps(told | {"version": "2027-01-31"}))
    assert frozen.checked_model().version == "2027-01-31"
    assert check_model().verdict == "ok"


def test_no_process_of_the_campus_has_the_trainer_in_it():
    heavy = re.compile(r"^(import|from) (splink|duckdb|pyarrow)\b", re.MULTILINE)
    files = [one for one in Path(frozen.__file__).parents[1].rglob("*.py") if "tests" not in one.parts]
    assert [one.name for one in files if heavy.search(one.read_text(encoding="utf-8"))] == []
