"""The contract of a source as a file: handed out without its secret, taken back through the same form, refused in words."""

import tomllib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nanhu.platforms.datahub.models import DataSource
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
