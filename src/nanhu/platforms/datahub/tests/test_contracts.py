"""The contract of a source as a file: handed out without its secret, taken back through the same form, refused in words."""

import tomllib

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from nanhu.kernel.clock import campus_today
from nanhu.platforms.datahub.models import DataSource, GateLimit
from nanhu.platforms.datahub.services.gate import limits_of
from nanhu.platforms.datahub.tests.conftest import signed_in
from nanhu.platforms.datahub.tests.reading import HTTP, at

pytestmark = pytest.mark.django_db
ADDRESS = "https://jw.example.com/api/xk"


@pytest.fixture
def made(steward):
    assert steward.post("/datahub/sources/new/http/", HTTP | {"address": ADDRESS}).status_code == 302
    return DataSource.objects.get(key=HTTP["key"])


def handed_out(steward, made):
    answer = steward.get(at(made, "contract.toml"))
    assert answer["Content-Disposition"].startswith("attachment")
    return answer.content.decode()


def handed_in(steward, made, text):
    content = text if isinstance(text, bytes) else text.encode()
    return steward.post(at(made, "contract/"), {"file": SimpleUploadedFile("约定.toml", content)})


def test_it_is_handed_out_without_the_secret_and_handed_in_unchanged_changes_nothing(steward, made):
    text = handed_out(steward, made)
    assert HTTP["secret"] not in text
    said = tomllib.loads(text)
    assert said["columns"]["campus_no"] == "stu"
    assert said["values"] == {"kind": {"C": "first", "X": "again"}}
    assert "campus_no  学号" in text, "and says what the table wants"
    before = DataSource.objects.values().get(pk=made.pk)
    answer = handed_in(steward, made, text)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    after = DataSource.objects.values().get(pk=made.pk)
    moved = {name for name in before if name not in {"changed_at", "secret"} and before[name] != after[name]}
    assert moved == set()
    assert DataSource.objects.get(pk=made.pk).secret == HTTP["secret"], "kept"


def test_what_is_changed_in_the_file_is_changed_in_the_source_as_by_the_form(steward, made):
    text = handed_out(steward, made)
    DataSource.objects.filter(pk=made.pk).update(tried_at=made.created_at)
    assert handed_in(steward, made, text.replace("every_minutes = 15", "every_minutes = 30")).status_code == 302
    made.refresh_from_db()
    assert (made.every_minutes, made.tried_at is None) == (30, False), "what it says is read as before"
    changed = text.replace('"stu"', '"xh"').replace('"X" = "again"', '"CX" = "again"')
    assert handed_in(steward, made, changed).status_code == 302
    made.refresh_from_db()
    assert (made.columns["campus_no"], made.values["kind"]["CX"], made.tried_at) == ("xh", "again", None), (
        "to be tried anew"
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('key = "aa.lessons"', 'key = "aa.other"', "aa.other"),
        ('kind = "http"', 'kind = "sftp"', "这份约定不能用"),
        ('fills = "academic.roster"', 'fills = "card.card"', "card.card"),
        ("every_minutes = 15", "every_minutes = 0", "多久读一次"),
        ("every_minutes = 15", "every_hours = 1", "every_hours"),
        ("every_minutes = 15", 'secret = "x"', "密钥不写在约定里"),
        ('"stu"', '["stu"]', "campus_no"),
        ('"again"', '"nothing"', "nothing"),
        ('"campus_no" = ', '"no_such" = ', "no_such"),
        ("[columns]", "[columns", "这份约定不能用"),
    ],
)
def test_what_it_cannot_mean_is_refused_in_words_and_nothing_changes(steward, made, old, new, words):
    text = handed_out(steward, made)
    assert old in text
    before = DataSource.objects.values().get(pk=made.pk)
    answer = handed_in(steward, made, text.replace(old, new, 1))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert {**DataSource.objects.values().get(pk=made.pk), "secret": None} == {**before, "secret": None}


def test_what_is_no_text_is_refused_and_a_stranger_finds_none(steward, made):
    assert handed_in(steward, made, b"\xff\xfe\x00").status_code == 422
    stranger = signed_in("路人甲", "0020209002")
    assert stranger.get(at(made, "contract.toml")).status_code == 404
    assert handed_in(stranger, made, "").status_code == 404


def as_standard(steward, made):
    answer = steward.get(at(made, "contract.yaml"))
    assert answer["Content-Disposition"].endswith('.odcs.yaml"'), answer["Content-Disposition"]
    return yaml.safe_load(answer.content.decode())


def properties_of(said):
    return {one["name"]: one for one in said["schema"][0]["properties"]}


def more_of(said):
    return {one["property"]: one["value"] for one in said["customProperties"]}


def limits_in(said):
    quality = said["schema"][0]["quality"]
    return {one["name"]: one["implementation"] for one in quality if one["type"] == "custom"}


def test_it_says_by_the_open_standard_all_that_is_agreed(steward, made):
    form = HTTP | {"address": ADDRESS + "?dept=11", "expected_rows": "30000", "tolerance": "20", "keeps_empty": "on"}
    assert steward.post(at(made, "change/http/"), form).status_code == 302
    GateLimit.objects.create(
        source=made.key, measure="gone", amber=30, red=90, amber_rows=200, starts_on=campus_today(), reason="学期末"
    )
    said = as_standard(steward, made)
    assert (said["apiVersion"], said["kind"], said["status"]) == ("v3.0.2", "DataContract", "draft")
    assert (said["name"], said["domain"]) == ("aa.lessons", "教务处")
    assert said["servers"][0]["type"] == "api"
    text = steward.get(at(made, "contract.yaml")).content.decode()
    assert (HTTP["secret"] in text, "dept=11" in text) == (False, False)
    fields = properties_of(said)
    campus_no, kind = fields["campus_no"], fields["kind"]
    assert (campus_no["physicalName"], campus_no["businessName"]) == ("stu", "学号")
    assert (campus_no["primaryKey"], campus_no["required"]) == (True, True)
    assert {"stu", "学号", "XH"} <= set(more_of(campus_no)["synonyms"])
    assert more_of(kind)["words"] == {"C": "first", "X": "again"}
    assert set(more_of(kind)["codes"]) >= {"first", "again"}
    assert (kind["logicalType"], campus_no["classification"]) == ("string", "internal")
    table = said["schema"][0]
    assert {"type": "library", "rule": "rowCount", "mustBeBetween": [24000, 36000]} in table["quality"]
    assert limits_in(said)["gone"] == {
        "oneLooksAbovePercent": 3.0,
        "oneLooksAboveRows": 200,
        "twoLookAbovePercent": 9.0,
    }
    assert limits_in(said)["changed"]["oneLooksAbovePercent"] >= 20
    assert more_of(table) == {"isWhole": True, "emptyCell": "says nothing"}
    assert {one["property"]: one["value"] for one in said["slaProperties"]} == {"frequency": 15, "latency": 60}


def test_of_an_office_s_file_it_names_code_tables_with_their_edition_and_what_is_sensitive(steward, made):
    DataSource.objects.filter(pk=made.pk).update(fills="aa.students", columns={"campus_no": 'a "b": \\n#'}, values={})
    made.refresh_from_db()
    said = as_standard(steward, made)
    fields = properties_of(said)
    assert fields["campus_no"]["physicalName"] == 'a "b": \\n#', "whatever a column is called"
    status = more_of(fields["status"])
    assert (status["codeTable"], status["codeTableEdition"]) == ("student_status", "JY/T 1001-2012 XSDQZT")
    assert "学籍状态" in status["synonyms"]
    assert (fields["id_number"]["classification"], fields["name"]["classification"]) == ("restricted", "internal")
    assert fields["birth_date"]["logicalType"] == "date"
    assert limits_in(said)["gone"] == {
        "oneLooksAbovePercent": 2.0,
        "oneLooksAboveRows": 50,
        "twoLookAbovePercent": limits_of("aa.students")["gone"].red / 10,
    }
    assert more_of(said["schema"][0])["emptyCell"] == "says nothing"


def test_a_stranger_finds_no_contract_by_the_standard(steward, made, stranger):
    assert stranger.get(at(made, "contract.yaml")).status_code == 404
