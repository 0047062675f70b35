"""Names in English beside those that units enter: read on English pages, the Chinese where there is none, marked as such."""

import pytest

from nanhu.kernel.registry import searchables
from nanhu.kernel.revisions import revision_of
from nanhu.services.directory.models import Account, Answer, Phone
from nanhu.services.directory.services import keeping

PHONES = "/directory/"


@pytest.fixture
def reader(school):
    client = school.client("T0003")
    client.post("/preferences/language/en")
    return client


def test_an_english_reader_reads_the_english_name_and_else_the_chinese_marked_as_such(school, reader):
    card = school.phone("补卡窗口", name_en="Card Office")
    school.phone("报销大厅", "8640101")
    page = reader.get(PHONES).content.decode()
    assert "Card Office" in page
    assert "补卡窗口" not in page
    assert '<span lang="zh-Hans">报销大厅</span>' in page
    one = reader.get(f"{PHONES}{card.public_id}/").content.decode()
    assert "<h1>Card Office</h1>" in one
    assert "Card Office" not in school.client("T0002").get(PHONES).content.decode()


def test_what_is_marked_never_stands_as_markup_where_it_is_no_element(school, reader):
    plain = school.phone("报销大厅", "8640101")
    page = reader.get(f"{PHONES}{plain.public_id}/").content.decode()
    assert "&lt;span" not in page
    assert "<title>报销大厅" in page.replace("\n", "").replace("<title> ", "<title>")
    hostile = school.phone("<b>大厅", "8640102")
    assert "<b>大厅" not in reader.get(f"{PHONES}{hostile.public_id}/").content.decode()


def test_an_answer_in_english_and_one_in_chinese_alone(school, reader):
    both = school.answer("校园卡丢了怎么办？", question_en="What if I lose my card?", answer_en="Report it at once.")
    page = reader.get(f"{PHONES}answers/{both.public_id}/").content.decode()
    assert all(said in page for said in ("What if I lose my card?", "Report it at once."))
    only = school.answer("饭卡怎么充值？", "在圈存机上。")
    assert (
        '<div lang="zh-Hans"><p>在圈存机上。</p></div>'
        in reader.get(f"{PHONES}answers/{only.public_id}/").content.decode()
    )


def test_its_unit_enters_them_and_a_list_of_phones_leaves_them(school):
    keeper = school.client("T0001")
    said = {"unit": "20", "name": "报销大厅", "name_en": "Reimbursement Hall", "number": "8640101"}
    assert keeper.post("/directory/desk/new/", said).status_code == 302
    phone = Phone.objects.get()
    assert phone.name_en == "Reimbursement Hall"
    assert "reimbursement hall" in phone.searched.lower()
    facts = {"name": "报销大厅", "number": "8640109"}
    keeping.change(by=school.actor("T0001"), row=phone, facts=facts, revision=revision_of(phone, phone.says))
    assert Phone.objects.get().name_en == "Reimbursement Hall"


def test_the_one_search_finds_them_by_either_name(school):
    school.phone("补卡窗口", name_en="Card Office")
    [hit] = searchables.get("directory.phones").hits()
    assert hit.title == "补卡窗口"
    assert "card office" in hit.words.lower()
    assert Account.objects.count() == Answer.objects.count() == 0
