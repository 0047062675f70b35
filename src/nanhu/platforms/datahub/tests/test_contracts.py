"""The contract of a source as a file by the Open Data Contract Standard: handed out without its secret, taken back through the source's form
after it was shown what that changes, refused in words."""

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nanhu.kernel.clock import campus_today
from nanhu.platforms.datahub.feeding import contracts, odcs
from nanhu.platforms.datahub.feeding.forms import fields_of, offer_of
from nanhu.platforms.datahub.models import DataSource, GateLimit
from nanhu.platforms.datahub.services.gate import limits_of
from nanhu.platforms.datahub.tests.reading import HTTP, at

pytestmark = pytest.mark.django_db
ADDRESS = "https://jw.example.com/api/xk"


@pytest.fixture
def made(steward):
    assert steward.post("/datahub/sources/new/http/", HTTP | {"address": ADDRESS}).status_code == 302
    return DataSource.objects.get(key=HTTP["key"])


def handed_out(steward, made):
    answer = steward.get(at(made, "contract.yaml"))
    assert answer["Content-Disposition"].endswith('.odcs.yaml"'), answer["Content-Disposition"]
    return answer.content.decode()


def shown(steward, made, text):
    """What the first press says that it would do."""
    content = text if isinstance(text, bytes) else text.encode()
    return steward.post(at(made, "contract/"), {"file": SimpleUploadedFile("约定.yaml", content)})


def handed_in(steward, made, text):
    """Both presses; the second as browsers send what stands in a page."""
    first = shown(steward, made, text)
    if first.status_code != 200:
        return first
    read = first.context["form"].data["text"]
    return steward.post(at(made, "contract/"), {"text": read.replace("\n", "\r\n"), "confirmed": "1"})


def row_of(made):
    """Without the moment of its last change."""
    row = DataSource.objects.values().get(pk=made.pk)
    return {name: value for name, value in row.items() if name not in {"changed_at", "secret"}}


def test_it_is_handed_out_without_the_secret_and_handed_in_unchanged_changes_nothing(steward, made):
    text = handed_out(steward, made)
    assert HTTP["secret"] not in text
    before, page = row_of(made), shown(steward, made, text)
    assert ("没有不同" in page.content.decode(), page.context["preview"].left) == (True, [])
    answer = handed_in(steward, made, text)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert row_of(made) == before
    assert DataSource.objects.get(pk=made.pk).secret == HTTP["secret"], "kept"


def test_a_file_is_asked_for_and_none_is_refused(steward, made):
    assert "选填" not in steward.get(at(made, "contract/")).content.decode()
    answer = steward.post(at(made, "contract/"), {"text": ""})
    assert (answer.status_code, "请选一个文件" in answer.content.decode()) == (422, True)


def test_the_largest_comes_through_both_presses(steward, made):
    text = handed_out(steward, made).replace('domain: "教务处"', 'domain: "信息中心"')
    text += "#\n" * ((contracts.LARGEST - len(text.encode())) // 2)
    assert handed_in(steward, made, text).status_code == 302
    made.refresh_from_db()
    assert made.office == "信息中心"


def test_what_is_changed_in_the_file_is_shown_and_then_changed_as_by_the_form(steward, made):
    text = handed_out(steward, made)
    DataSource.objects.filter(pk=made.pk).update(tried_at=made.created_at)
    changed = text.replace('"frequency"\n    value: 15', '"frequency"\n    value: 30')
    page = shown(steward, made, changed).content.decode()
    assert "<dt>多久读一次（分钟）</dt><dd>15 → <b>30</b></dd>" in page
    made.refresh_from_db()
    assert made.every_minutes == 15, "shown, not done"
    assert handed_in(steward, made, changed).status_code == 302
    made.refresh_from_db()
    assert (made.every_minutes, made.tried_at is None) == (30, False), "what it says is read as before"
    changed = text.replace('physicalName: "stu"', 'physicalName: "xh"').replace('X: "again"', 'CX: "again"')
    assert handed_in(steward, made, changed).status_code == 302
    made.refresh_from_db()
    assert (made.columns["campus_no"], made.values["kind"]["CX"], made.tried_at) == ("xh", "again", None), (
        "to be tried anew"
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name: "aa.lessons"', 'name: "aa.other"', "aa.other"),
        ('property: "kind"\n        value: "http"', 'property: "kind"\n        value: "sftp"', "sftp"),
        ('- name: "academic.roster"', '- name: "card.card"', "card.card"),
        ("value: 15\n", "value: 0\n", "多久读一次"),
        ('location: "', 'password: "x"\n    location: "', "密钥不写在约定里"),
        ('property: "user"', 'property: "secret"', "密钥不写在约定里"),
        ('physicalName: "stu"', 'physicalName: ["stu"]', "campus_no"),
        ('physicalName: "stu"', 'physicalName: "kch"', "写了两次"),
        ('X: "again"', 'X: "nothing"', "nothing"),
        ('location: "https', 'location: "…https', "写全"),
        ('kind: "DataContract"', 'kind: "DataProduct"', "ODCS 3"),
        ("servers:", "servers: [", "读不懂"),
        ('domain: "教务处"', 'domain: "教务处"\ndomain: "图书馆"', "“domain”写了两次"),
        ('domain: "教务处"', "domain: &a 教务处\nteam: *a", "锚点、引用和类型标记都不收"),
        ('domain: "教务处"', "domain: !!python/object/apply:os.getcwd []", "锚点、引用和类型标记都不收"),
        ('domain: "教务处"', f"domain: {'[' * 30}{']' * 30}", "太深"),
        ('domain: "教务处"', f"domain: [{'1,' * 60_000}]", "里面的东西太多"),
        ("apiVersion", "---\n---\napiVersion", "这份约定不能用"),
        ("servers:", "servers: 5\nothers:", "servers"),
        (
            'property: "isWhole"\n        value: true',
            'property: "isWhole"\n        value: no',
            "“isWhole”只能是 true / false",
        ),
        ('value: "empties the field"', 'value: "Says nothing"', "“emptyCell”只能是"),
        ('domain: "教务处"', "domain: true", "“office”是文字，要写在引号里"),
        ('purpose: "选课（接口）"', "purpose: 1.10", "“name”是文字，要写在引号里"),
        ('physicalName: "stu"', "physicalName: 12", "“campus_no”是文字，要写在引号里"),
        ('location: "https', 'location: "ftps', "这个地址不能用"),
    ],
)
def test_what_it_cannot_mean_is_refused_in_words_and_nothing_changes(steward, made, old, new, words):
    text = handed_out(steward, made)
    assert old in text
    before = row_of(made)
    for answer in (
        shown(steward, made, text.replace(old, new, 1)),
        steward.post(at(made, "contract/"), {"text": text.replace(old, new, 1), "confirmed": "1"}),
    ):
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert row_of(made) == before


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"x" * (contracts.LARGEST + 1), b"12", b"- 1"])
def test_what_is_no_contract_is_refused(steward, made, content):
    assert shown(steward, made, content).status_code == 422


def test_digits_after_a_zero_are_a_code_and_stay_one(steward, made):
    text = (
        handed_out(steward, made)
        .replace('domain: "教务处"', "domain: 012")
        .replace('physicalName: "stu"', "physicalName: 007")
    )
    assert handed_in(steward, made, text).status_code == 302
    made.refresh_from_db()
    assert (made.office, made.columns["campus_no"]) == ("012", "007")


def test_a_secret_that_was_given_for_another_host_is_said_to_go_before_it_goes(steward, made):
    text = handed_out(steward, made)
    words = "密钥要重新填"
    assert words not in shown(steward, made, text.replace('"教务处"', '"信息中心"')).content.decode()
    moved = text.replace(ADDRESS, "https://other.example.com/api/xk")
    assert words in shown(steward, made, moved).content.decode()
    assert DataSource.objects.get(pk=made.pk).secret == HTTP["secret"]
    assert handed_in(steward, made, moved).status_code == 302
    assert DataSource.objects.get(pk=made.pk).secret is None


def test_what_another_tool_wrote_of_it_comes_back_the_same_and_without_its_rule_expects_no_rows(steward, made):
    assert (
        steward.post(at(made, "change/http/"), HTTP | {"address": ADDRESS, "expected_rows": "300"}).status_code == 302
    )
    said = as_standard(steward, made)
    page = shown(steward, made, yaml.safe_dump(said, allow_unicode=True).replace("value: true", "value: True"))
    assert ("没有不同" in page.content.decode(), page.context["preview"].left) == (True, [])
    table = said["schema"][0]
    table["quality"] = [one for one in table["quality"] if one.get("rule") != "rowCount"]
    named = {"expectedRows", "tolerancePercent"}
    table["customProperties"] = [one for one in table["customProperties"] if one["property"] not in named]
    assert handed_in(steward, made, yaml.safe_dump(said, allow_unicode=True)).status_code == 302
    made.refresh_from_db()
    assert made.expected_rows is None


def test_words_that_yaml_takes_for_a_yes_or_a_no_stay_words_to_every_reader(steward, made):
    words = {"no": "first", "Yes": "again", "true": "first", "null": "again", "N": "first", "off": "again"}
    DataSource.objects.filter(pk=made.pk).update(values={"kind": words})
    text = handed_out(steward, made)
    assert more_of(properties_of(yaml.safe_load(text))["kind"])["words"] == words
    assert '"N": "first"' in text
    assert shown(steward, made, text).context["preview"].changes == []


def test_what_the_program_does_not_take_is_named(steward, made):
    text = handed_out(steward, made)
    text = text.replace("required: true\n", "required: false\n", 1).replace("domain:", "tenant: jw\ndomain:")
    text = text.replace("slaProperties:", '  - name: ["another", "table"]\n    physicalName: T_KB\nslaProperties:')
    page = shown(steward, made, text)
    assert "文件里这些不改这个数据源" in page.content.decode()
    left = page.context["preview"].left
    assert ("tenant" in left, [one for one in left if one.endswith(".required")] != []) == (True, True)
    assert [one for one in left if one.endswith(".physicalName")] == ["schema.['another', 'table'].physicalName"]


FOREIGN = """
apiVersion: v3.1.0
kind: DataContract
id: 53581432-6c55-4ba2-a65f-72344a91553a
name: 选课数据合同
version: 1.0.0
status: active
domain: 别的部门
servers:
  - {server: production, type: postgres, host: jw.example.com, port: 5432, database: jw, schema: public}
schema:
  - name: T_XK
    physicalName: jw.T_XK
    logicalType: object
    properties:
      - name: XH            # the ministry's name of it
        logicalType: string
        primaryKey: true
        required: yes
      - name: course
        physicalName: KCDM
        logicalType: string
      - {name: no, logicalType: string}
    quality:
      - rule: rowCount
        mustBeBetween: [9000, 11000]
slaProperties:
  - {property: frequency, value: 1, unit: h}
  - {property: latency, value: 2, unit: d}
  - {property: retention, value: 3, unit: y}
"""


def test_a_contract_of_anothers_tool_fills_what_it_can(steward, made):
    before = row_of(made)
    page = shown(steward, made, FOREIGN)
    assert page.status_code == 200, page.content.decode()
    left = set(page.context["preview"].left)
    assert {"name", "domain", "schema.academic.roster.properties.no.name", "slaProperties.retention.value"} <= left
    assert "servers.production.host" in left
    assert handed_in(steward, made, FOREIGN).status_code == 302
    after = row_of(made)
    changed = {name: value for name, value in after.items() if before[name] != value}
    assert changed == {
        "columns": before["columns"] | {"campus_no": "XH", "course": "KCDM"},
        "expected_rows": 10_000,
        "tolerance": 10,
        "every_minutes": 60,
        "stale_minutes": 2880,
    }


@pytest.mark.parametrize("bounds", [[10, 11], [9, 12], [0, 1], [9000, 11000], [1, 1_000_000]])
def test_of_rows_it_refuses_none_that_a_contract_since_odcs_3_1_allows(steward, made, bounds):
    text = FOREIGN.replace("rule: rowCount", "metric: rowCount").replace("[9000, 11000]", str(bounds))
    page = shown(steward, made, text)
    assert not [one for one in page.context["preview"].left if one.endswith(".metric")]
    facts = page.context["preview"].facts
    least, most = odcs.bounds_of(facts["expected_rows"], facts["tolerance"])
    assert (least <= bounds[0], bounds[1] <= most) == (True, True)


@pytest.mark.parametrize("bounds", ["[0, 0]", "[-9, 9]", "[5, 3]", "[1.5, 3]", "[1]", "true", '["1", "2"]'])
def test_what_is_no_number_of_rows_is_named_and_changes_none(steward, made, bounds):
    page = shown(steward, made, FOREIGN.replace("[9000, 11000]", bounds).replace("name: T_XK", "name: [T_XK]"))
    preview = page.context["preview"]
    assert preview.facts["expected_rows"] is None
    assert [one for one in preview.left if "mustBeBetween" in one]


LINE = (
    st.text(st.sampled_from("列名 aé:#'\"\\{}[]&*!|>%@`-?~,no1\u2009=＝"), min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool)
)
WORD = LINE.filter(lambda word: not set("=＝") & set(word))
MINUTES = st.integers(1, 9999)
HEAD = {"name": LINE, "office": LINE, "is_whole": st.sampled_from(["on", ""])}
READ = HEAD | {"every_minutes": MINUTES, "stale_minutes": MINUTES, "tolerance": st.integers(0, 100)}
READ |= {"expected_rows": st.just("") | st.integers(1, 10**9)}
ROSTER = {"fills": st.just("academic.roster"), "keeps_empty": st.sampled_from(["on", ""])}
STUDENTS = {"fills": st.just("aa.students")}
QUERY = LINE.map(lambda text: f"SELECT '{text}'\nFROM xk")
KINDS = {
    "http": READ
    | ROSTER
    | {
        "address": st.just(ADDRESS),
        "user_name": st.sampled_from(["", "X-Api-Key", "?token"]),
        "rows_at": st.sampled_from(["", "data.list"]),
        "total_at": st.sampled_from(["", "data.total"]),
        "paging": st.sampled_from(["none", "page"]),
        "page_name": st.just("p"),
        "size_name": st.sampled_from(["", "size"]),
        "page_size": st.integers(1, 10_000),
    },
    "mariadb": READ | STUDENTS | {"address": st.just("jw:3306/jw"), "user_name": LINE, "query": QUERY},
    "sftp": READ
    | STUDENTS
    | {
        "address": st.just("jw:22/出"),
        "host_key": st.just(f"SHA256:{'a' * 43}"),
        "user_name": LINE,
        "query": LINE,
        "done_mark": st.sampled_from(["", ".ok"]),
    },
    "binlog": READ | ROSTER | {"address": st.just("jw:3306/jw"), "user_name": LINE, "query": st.just("xk")},
    "file": HEAD | ROSTER | {"stale_days": st.integers(1, 400)},
}


SOURCES = st.one_of(
    st.fixed_dictionaries(said | {"kind": st.just(kind), "key": st.just("aa.any")}) for kind, said in KINDS.items()
)
THEIRS = st.dictionaries(st.integers(0, 99), LINE, max_size=4)
CODES = st.dictionaries(WORD, st.sampled_from(["first", "again"]), max_size=3)


def made_of(said, theirs, codes):
    """As the browser's form makes it. `theirs`: by the place of a field what they call it."""
    fields = list(fields_of(said["fills"]))
    columns = {fields[place % len(fields)]: name for place, name in theirs.items()}
    said["columns"] = "\n".join(f"{ours} = {name}" for ours, name in columns.items())
    said["values"] = "\n".join(f"kind.{word} = {code}" for word, code in codes.items()) if "keeps_empty" in said else ""
    form = offer_of(said["kind"]).form(said)
    assume(form.is_valid())
    return DataSource(**form.facts())


@settings(max_examples=40)
@given(SOURCES, THEIRS, CODES)
def test_whatever_a_source_says_comes_back_from_its_file_alone(said, theirs, codes):
    made = made_of(said, theirs, codes)
    text = odcs.written(made).encode()
    same = contracts.read(text, made)
    assert (same.changes, same.left) == ([], [])
    blank = DataSource(key=made.key, kind=made.kind, fills=made.fills, name="空", office="空", address="空")
    facts = contracts.read(text, blank).facts
    assert facts == {name: getattr(made, name) for name in facts}
    assert set(facts) >= {name for name in odcs.settings_of(made.kind) if name not in {"key", "fills", "stale_days"}}


def test_a_stranger_finds_no_contract(steward, made, stranger):
    assert stranger.get(at(made, "contract.yaml")).status_code == 404
    assert stranger.post(at(made, "contract/"), {"text": "a: 1", "confirmed": "1"}).status_code == 404


def as_standard(steward, made):
    return yaml.safe_load(handed_out(steward, made))


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
    more = {"isWhole": True, "emptyCell": "says nothing", "expectedRows": 30000, "tolerancePercent": 20}
    assert more_of(table) == more
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
