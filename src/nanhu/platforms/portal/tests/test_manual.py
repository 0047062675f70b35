"""/manual/: rows and clauses of the user manual for the whole school, with their tests for administrators, from what the release carries and the last run left."""

import pytest
from django.test import Client
from PIL import Image

from nanhu.kernel import manual
from nanhu.kernel.manual import TestOutcome
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.portal import help as handbook
from nanhu.platforms.portal.tests.conftest import PASSWORD, TEST, join
from nanhu.testing.second_factors import sample_code

pytestmark = pytest.mark.django_db
NUMBER = "T00555"


@pytest.fixture
def administrator() -> Client:
    join("周敏", staff=NUMBER, roles=("identity.admin",))
    identity_sample.give_totp_for_sample(by=TEST, campus_no=NUMBER)
    browser = Client(headers={"accept-language": "zh-hans"})
    browser.post("/sign-in", {"username": NUMBER, "password": PASSWORD})
    browser.post("/sign-in/second", {"way": "totp", "code": sample_code(campus_no=NUMBER)})
    return browser


@pytest.fixture(autouse=True)
def report(tmp_path, monkeypatch):
    """Where `make manual` writes its run, on a machine that has none yet."""
    monkeypatch.setattr(manual, "REPORT", tmp_path / "manual.json")
    return manual.REPORT


def ran(**outcomes: str) -> None:
    report = {
        key.replace("_", "."): [TestOutcome(f"src/{key}.py::test_it[{n}]", one) for n, one in enumerate(told.split())]
        for key, told in outcomes.items()
    }
    manual.write_report(manual.REPORT, report)


def page(browser: Client, **asked: str) -> str:
    answer = browser.get("/manual/", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def row(text: str, key: str) -> str:
    return text.partition(f'id="{key}"')[2].partition("</details>")[0]


def test_each_row_of_the_release_stands_in_its_chapter_with_its_clauses(administrator):
    catalogue = manual.read_catalogue(manual.CATALOGUE)
    pages = [page(administrator, page=str(number)) for number in range(1, 6)]
    whole = "".join(pages)
    assert {key for key in catalogue if f'id="{key}"' in whole} == set(catalogue)
    for key in ("A001", "A040", "A123", "A174"):
        shown = row(whole, key)
        assert all(clause in shown for clause in catalogue[key].clause_ids())
    assert whole.index('id="chapter-2"') < whole.index('id="A040"') < whole.index('id="chapter-3"')


def test_without_a_run_it_says_so_and_no_row_is_said_to_hold(administrator):
    text = page(administrator, q="A040")
    assert "还没有逐条核对过" in text
    assert ">未运行<" in row(text, "A040")
    assert ">成立<" not in text


def test_it_tells_what_the_last_run_left_and_which_tests_hold_a_clause(administrator):
    ran(A040_1="passed passed", A040_2="passed failed", A144_1="passed")
    text = page(administrator, q="a040")
    assert "还没有逐条核对过" not in text
    assert "最近一次运行" in text
    shown = row(text, "A040")
    assert (">不成立<" in shown.partition("</summary>")[0], "1/3" in shown.partition("</summary>")[0]) == (True, True)
    assert shown.count("src/A040_1.py::test_it") == 1
    assert "没通过" in shown.partition("A040.2")[2].partition("A040.3")[0]
    assert "没通过" not in shown.partition("A040.2")[0]
    assert ">没有测试<" in shown.partition("A040.3")[2]
    assert ">部分成立<" in row(page(administrator, q="A144"), "A144")


def test_each_language_reads_its_own_words_and_what_is_not_built_says_why(administrator):
    ran(A039_1="passed", A039_2="passed")
    chinese = row(page(administrator, q="A039"), "A039")
    english = row(
        administrator.get("/manual/", {"q": "A039"}, headers={"accept-language": "en"}).content.decode(), "A039"
    )
    for shown, own, other, badge in (
        (chinese, "首页的教工界面", "Staff face", ">未建<"),
        (english, "Staff face and student face", "首页", ">Not built<"),
    ):
        assert (own in shown, other in shown, badge in shown.partition("A039.3")[2]) == (True, False, True)
    assert "学工系统" in chinese
    assert "student affairs" in english
    assert ">部分成立<" in chinese.partition("</summary>")[0]


def test_it_is_searched_by_row_words_and_test_and_filtered_by_state_and_chapter(administrator):
    ran(A040_1="failed", A144_1="passed")

    def found(**asked: str) -> set[str]:
        text = page(administrator, **asked)
        return {key for key in manual.read_catalogue(manual.CATALOGUE) if f'id="{key}"' in text}

    assert found(q="A144.2") == {"A144"}
    assert found(q="src/A040_1") == {"A040"}
    assert "A083" in found(q="qr")
    assert found(state="broken") == {"A040"}
    assert found(state="part") == {"A144"}
    assert found(state="part", chapter="2") == set()
    assert found(chapter="8") == {"A170", "A171", "A172", "A173", "A174"}
    assert "没有符合条件的条目" in page(administrator, q="no such row")
    assert page(administrator, page="no number", state="<b>").count("<b>") == 0


def test_a_release_without_the_list_says_so(administrator, tmp_path, monkeypatch):
    monkeypatch.setattr(manual, "CATALOGUE", tmp_path / "none.toml")
    assert "没有附带功能清单" in page(administrator)


def test_it_stands_in_the_administrators_menu_and_asks_the_database_little(administrator):
    assert 'href="/manual/"' in administrator.get("/apps/").content.decode()
    assert len(queries_of(administrator, "/manual/")) <= 12


@pytest.mark.parametrize("part", ["student", "teacher", "clerk"])
def test_the_whole_school_sees_what_does_not_hold_how_one_uses_it_and_when_it_was_tried(request, part):
    ran(A040_1="passed", A040_2="failed")
    browser = request.getfixturevalue(part)
    assert 'href="/manual/"' in browser.get("/apps/").content.decode()
    shown = row(page(browser, q="A040"), "A040")
    assert (">不成立<" in shown.partition("</summary>")[0], "核对于" in shown) == (True, True)
    assert "src/A040_1" not in shown, "tests are for administrators"
    assert "没有符合条件的条目" in page(browser, q="src/A040_1"), "and are not found by anybody else"
    address = shown.partition('<a href="/help/')[2].partition('"')[0]
    assert "激活" in browser.get(f"/help/{address}").content.decode()
    assert Client().get("/manual/").status_code == 302, "nobody who is not signed in"


def test_a_row_shows_a_page_of_its_section_once_there_is_a_picture(administrator, tmp_path, monkeypatch):
    monkeypatch.setattr(handbook, "PICTURES", tmp_path)
    section = handbook.section_of_row("A040")
    assert "help-picture" not in row(page(administrator, q="A040"), "A040")
    section.picture_file.write_bytes(b"RIFF0000WEBP")
    (tmp_path / "other.webp").write_bytes(b"RIFF0000WEBP")
    assert f'src="/manual/pictures/{section.picture}"' in row(page(administrator, q="A040"), "A040")
    assert f'src="/manual/pictures/{section.picture}"' in administrator.get(f"/help/{section.title}/").content.decode()
    shown = administrator.get(f"/manual/pictures/{section.picture}")
    assert (shown["Content-Type"], b"".join(shown.streaming_content)) == ("image/webp", b"RIFF0000WEBP")
    for name in ("other.webp", "nothing.webp", "..%2F使用手册.md"):
        assert administrator.get(f"/manual/pictures/{name}").status_code == 404


def test_what_the_house_ships_as_pictures_is_small_and_of_a_section():
    """Taken by `make screenshots`."""
    names = {one.picture_file.name for one in handbook.sections() if one.picture_file}
    for path in handbook.PICTURES.glob("*"):
        assert path.name in names
        assert path.stat().st_size < 60_000
        with Image.open(path) as picture:
            assert picture.size == handbook.PICTURE_SIZE
