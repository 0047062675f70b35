"""The one search: names, pinyin, initials, synonyms, slips; under the viewer's own rights; what found nothing, without who asked."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext_lazy

from nanhu.kernel import folding, registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import Hit, Searchable
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.flows.models import Definition
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.integrations import living
from nanhu.platforms.portal.models import Integration, SearchEntry, SearchMiss, SearchSynonym
from nanhu.platforms.portal.search import finding, missing, synonyms
from nanhu.platforms.portal.search.finding import known_synonyms
from nanhu.platforms.portal.search.indexing import index_all
from nanhu.platforms.portal.search_desk import desk
from nanhu.platforms.portal.tests.conftest import join, signed_in
from nanhu.testing.pages import PageTests

CLERK = Actor.system("信息中心")
SERVICES = [
    Hit(key="reissue", title="校园卡补办", url="/s/reissue", detail="财务处 · 校园卡中心", words="补卡 工本费"),
    Hit(key="loss", title="校园卡挂失", url="/s/loss"),
    Hit(key="transcript", title="成绩单打印", url="/s/transcript", faces=frozenset({"student"})),
    Hit(key="travel", title="出差审批", url="/s/travel", faces=frozenset({"staff"})),
    Hit(key="keys", title="密钥轮换", url="/s/keys", roles=frozenset({"identity.admin"})),
    Hit(key="repair", title="后勤报修", url="/s/repair", words="宿舍 水管"),
]


@pytest.fixture(autouse=True)
def _fresh():
    known_synonyms.forget()
    yield
    known_synonyms.forget()


@pytest.fixture
def services(db, board, monkeypatch):
    """One indexed source; what it gives may be changed."""
    monkeypatch.setattr(registry.searchables, "_entries", {})
    given = list(SERVICES)
    registry.searchables.add(Searchable(key="services", title="服务", icon="box", hits=lambda: given))
    index_all()
    return given


def titles(client, text, **more):
    page = client.get("/search/", {"q": text, **more})
    assert page.status_code == 200
    return [hit.title for group in (page.context or {}).get("groups", ()) for hit in group.hits]


@pytest.mark.capability("A031.2")
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("校园卡补办", "校园卡补办"),
        ("补办", "校园卡补办"),
        ("xykbb", "校园卡补办"),
        ("xiaoyuankagua", "校园卡挂失"),
        ("ＸＹＫＧＳ", "校园卡挂失"),
        ("水管", "后勤报修"),
        ("校园卡 挂失", "校园卡挂失"),
        ("小元卡补班", "校园卡补办"),
        ("xiaoyuanak", "校园卡挂失"),
        ("报", "后勤报修"),
        ("houqin baoxiu", "后勤报修"),
        ("校園卡補辦", "校园卡补办"),
    ],
)
def test_it_is_found_by_name_pinyin_initials_and_in_spite_of_a_slip(services, student, typed, first):
    assert first in titles(student, typed)


@pytest.mark.parametrize("typed", ["lvsetongdao", "lüsè tōngdào", "lǜ sè", "LÜSE", "綠色通道", "lü色"])
def test_pinyin_is_found_as_learners_write_it_with_tones_and_u_with_two_dots(services, student, typed):
    services.append(Hit(key="green", title="绿色通道", url="/s/green"))
    services.append(Hit(key="loose", title="陆色", url="/s/loose"))
    index_all()
    assert titles(student, typed) == ["绿色通道"]


def test_the_menu_is_found_in_spite_of_a_slip(services, board, student):
    board.application("oa", "图书借阅", url="/oa/", description="借书")
    for typed in ("tushujieyeu", "tushujeyue", "tushhujie"):
        assert "图书借阅" in titles(student, typed), typed
    assert titles(student, "tushugxyz") == []


def test_of_several_words_that_nothing_answers_to_together_each_is_looked_for(services, student):
    services.append(Hit(key="office", title="教务处", url="/s/office"))
    index_all()
    assert set(titles(student, "教务处 水管")) == {"教务处", "后勤报修"}
    page = student.get("/search/", {"q": "教务处 水管"}).content.decode()
    assert "分开找到的" in page
    assert "问一问办公室" in page
    assert "分开找到的" not in student.get("/search/", {"q": "校园卡 挂失"}).content.decode()
    assert titles(student, "查无此事 亦无此物") == []
    assert titles(student, "教 水") == [], "single letters say nothing"


@pytest.mark.capability("A031.2")
def test_a_synonym_that_the_office_registers_is_found_as_what_it_means(
    services, student, django_capture_on_commit_callbacks
):
    asked = []
    registry.searchables.add(
        Searchable(key="live", title="实时", icon="box", load=lambda _viewer, text, _each: asked.append(text) or [])
    )
    assert titles(student, "丢卡") == []
    with django_capture_on_commit_callbacks(execute=True):
        made = synonyms.add(by=CLERK, word="丢卡", means="校园卡挂失")
    assert titles(student, "丢卡") == ["校园卡挂失"]
    assert titles(student, "我 丢卡 了"), "also as one of several words"
    assert folding.query_of("校园卡挂失") in asked, "rooms that answer live are asked for it too"
    with django_capture_on_commit_callbacks(execute=True):
        synonyms.remove(by=CLERK, synonym=made)
    assert titles(student, "丢卡") == [], "at once"


@pytest.mark.capability("A031.1")
def test_the_whole_title_comes_first_then_its_beginning(services, student):
    services.append(Hit(key="old", title="旧校园卡补办说明", url="/s/old"))
    services.append(Hit(key="more", title="校园卡补办须知", url="/s/more"))
    index_all()
    assert titles(student, "校园卡补办") == ["校园卡补办", "校园卡补办须知", "旧校园卡补办说明"]


@pytest.mark.capability("A037.3")
def test_the_menu_is_part_of_it_as_the_viewer_has_it(services, board, student, teacher):
    board.application("oa", "OA 办公系统", url="/oa/", faces=frozenset({"staff"}), description="公文、会议")
    assert titles(teacher, "公文") == ["OA 办公系统"]
    assert titles(student, "公文") == []


@pytest.mark.capability("A031.1")
def test_what_one_likes_and_uses_comes_first_among_what_answers_alike(services, board, student):
    for key in ("hall", "gym", "stage"):
        board.application(key, f"借用{key}", description="场地")
    assert titles(student, "场地") == ["借用gym", "借用hall", "借用stage"]
    student.post("/apps/stage/opened")
    assert titles(student, "场地")[0] == "借用stage"
    student.post("/apps/hall/favourite")
    student.post("/apps/hall/opened")
    assert titles(student, "场地") == ["借用hall", "借用stage", "借用gym"]
    assert titles(student, "借用gym")[0] == "借用gym", "never before a better word"


@pytest.mark.capability("A031.1")
def test_the_menu_is_found_by_traditional_letters_and_by_sound_where_nothing_else_answers(services, board, student):
    board.application("oa", "图书借阅", url="/oa/", description="借书")
    for typed in ("圖書借閱", "图书接阅", "tu shu jie yue"):
        assert titles(student, typed) == ["图书借阅"], typed


@pytest.mark.capability("A031.1")
def test_who_may_not_use_it_does_not_find_it(services, student, teacher):
    services.append(Hit(key="class", title="计科班费", url="/s/class", unit_ids=frozenset(units("08"))))
    services.append(Hit(key="other", title="计科别院", url="/s/other", unit_ids=frozenset({0})))
    index_all()
    assert titles(student, "成绩单") == ["成绩单打印"]
    assert titles(teacher, "成绩单") == []
    assert titles(teacher, "出差") == ["出差审批"]
    assert titles(student, "chuchai") == []
    assert titles(teacher, "密钥") == titles(student, "miyao") == []
    services.append(Hit(key="valves", title="蒸汽阀门表", url="/s/valves", roles=frozenset({"portal.search"})))
    index_all()
    join("周敏", staff="T00555", roles=("portal.search",))
    assert titles(signed_in("T00555"), "蒸汽阀门") == ["蒸汽阀门表"], "who holds its role finds it"
    assert titles(teacher, "蒸汽阀门") == titles(student, "蒸汽阀门") == []
    assert titles(student, "计科") == ["计科班费"], "of a unit above one's own"


def units(code):
    return people.unit_ids_by_code([code]).values()


@pytest.mark.capability("A031.1")
def test_what_a_room_names_no_more_goes_and_what_changed_is_written_anew(services, student):
    assert index_all() == 0
    before = dict(SearchEntry.objects.values_list("object_key", "id"))
    del services[0]
    services[0] = Hit(key="loss", title="校园卡挂失与解挂", url="/s/loss")
    assert index_all() == 3
    after = dict(SearchEntry.objects.values_list("object_key", "id"))
    assert set(after) == {"loss", "transcript", "travel", "keys", "repair"}
    assert after["repair"] == before["repair"], "what did not change is not written"
    assert (titles(student, "校园卡补办"), titles(student, "挂失")) == (["校园卡挂失与解挂"], ["校园卡挂失与解挂"])


def test_a_source_that_fails_keeps_what_it_had_and_costs_the_search_nothing(services, student, monkeypatch):
    def broken(*_given):
        raise RuntimeError

    monkeypatch.setattr(registry.searchables, "_entries", {})
    registry.searchables.add(Searchable(key="live", title="实时", icon="box", load=broken))
    registry.searchables.add(Searchable(key="services", title="服务", icon="box", hits=broken))
    assert index_all() == 0
    assert titles(student, "报修") == ["后勤报修"]


@pytest.mark.parametrize(
    "typed", ["%", "_", "' OR 1=1 --", "a" * 10_000, "\0", "😀", "()&|!:*", "\u202e", " ", "<script>"]
)
def test_whatever_is_typed_finds_nothing_and_breaks_nothing(services, student, typed):
    assert titles(student, typed) == []
    assert titles(student, typed, part="") == []


def test_while_one_types_there_are_three_of_each_kind_and_nothing_is_noted(services, student):
    services.extend(Hit(key=f"n{n}", title=f"校园卡{n}号窗口", url=f"/s/{n}") for n in range(12))
    index_all()
    assert len(titles(student, "校园卡", part="")) == 3
    assert len(titles(student, "校园卡")) == 10
    assert titles(student, "核反应堆", part="") == []
    assert not SearchMiss.objects.exists()


def test_a_search_costs_few_queries(services, student):
    assert len(queries_of(student, "/search/?q=%E6%A0%A1%E5%9B%AD%E5%8D%A1")) <= 18


@pytest.mark.capability("A031.1")
def test_where_nothing_is_found_one_asks_an_office_in_the_same_words(services, student):
    page = student.get("/search/", {"q": "出国学费怎么办"}).content.decode()
    address = re.search(r'href="(/requests/policy/[^"]*)"', page)[1].replace("&amp;", "&")
    assert "出国学费怎么办</textarea>" in student.get(address).content.decode()
    assert "/requests/policy/" not in student.get("/search/", {"q": "报修"}).content.decode()


def test_what_found_nothing_is_told_by_words_when_five_asked_and_never_by_whom(services, student):
    for person in range(5):
        missing.note("核反应堆", account_id=person)
        missing.note("我的病", account_id=1)
        missing.note("13800000000", account_id=person)
    assert [(one["word"], one["persons"]) for one in missing.words_missed()] == [("核反应堆", 5)]
    titles(student, "核反应堆")
    titles(student, "核反应堆")
    assert [one["persons"] for one in missing.words_missed()] == [6]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE portal_search_miss SET day = %s", [campus_today() - missing.KEPT])
    assert missing.forget_old() == 7
    assert not missing.words_missed()


def test_one_person_fills_no_table(services, student):
    for number in range(30):
        missing.note("字" * (number + 1), account_id=1)
    assert SearchMiss.objects.count() == missing.MOST_A_DAY


@pytest.mark.capability("A037.3", "A037.4")
def test_what_is_in_maintenance_is_named_and_leads_nowhere(services, board, student):
    board.application("venue", "场地申请", url="/venue/", in_maintenance=lambda: True)
    page = student.get("/search/", {"q": "场地"}).content.decode()
    assert "正在维护" in page
    assert 'href="/venue/"' not in page


def test_a_source_that_dawdled_is_left_out_for_a_while(services, student, monkeypatch):
    asked = []
    registry.searchables.add(Searchable(key="live", title="实时", icon="box", load=lambda *_given: asked.append(1)))
    monkeypatch.setattr("nanhu.platforms.portal.search.finding.is_slow", lambda key: key == "search:live")
    assert titles(student, "报修") == ["后勤报修"]
    assert asked == []


def test_a_process_that_one_may_apply_for_is_found(student, teacher):
    Definition.objects.create(key="test.room", name="借用琴房", faces=["student"], promise=480, prefix="QF")
    index_all()
    assert titles(student, "琴房") == ["借用琴房"]
    assert titles(teacher, "qinfang") == []


@pytest.mark.capability("A031.1")
def test_an_english_reader_finds_and_reads_it_in_english(db, board, student, monkeypatch, school_file):
    """By what the room says in English, by the school's own names, and in spite of a slip; a Chinese reader reads Chinese."""
    school_file({'"OA 办公系统" = ': '"资产管理处" = "Asset Office"\n"OA 办公系统" = '})
    monkeypatch.setattr(registry.searchables, "_entries", {})
    lazy = [
        Hit(key="apply", title=gettext_lazy("更正个人信息"), url="/a", detail="资产管理处 · 8703568"),
        Hit(key="unit", title="资产管理处", url="/u"),
    ]
    registry.searchables.add(Searchable(key="services", title="服务", icon="box", hits=lambda: lazy))
    index_all()
    with translation.override("en"):
        correct = str(lazy[0].title)
    english = Client(headers={"accept-language": "en"})
    english.cookies = student.cookies
    for typed, found in (
        (correct.lower(), correct),
        (correct[:4], correct),
        ("asset office", "Asset Office"),
        ("asset ofice", "Asset Office"),
    ):
        assert found in titles(english, typed), typed
    assert "Asset Office · 8703568" in english.get("/search/", {"q": correct}).content.decode()
    assert titles(student, "资产管理处")[0] == titles(student, "asset office")[0] == "资产管理处"
    assert index_all() == 0, "nothing changed"


@pytest.mark.capability("A031.1")
def test_sections_of_the_manual_and_web_sites_are_found(db, student, centre):
    assert "更正个人信息" in titles(student, "更正个人信息")
    assert titles(student, "没有这样一节手册") == []
    Integration.objects.create(
        key="lib_news",
        name="图书馆新闻",
        kind="feed",
        format="rss",
        state="live",
        faces=["student"],
        address="https://x/",
        owner_unit_id=next(iter(units("08"))),
        owner_office="head",
    )
    living.read_anew()
    [site] = [
        one
        for group in student.get("/search/?q=tsgxw").context["groups"]
        if group.key == "portal.sites"
        for one in group.hits
    ]
    assert (site.title, student.get(site.url).status_code) == ("图书馆新闻", 200)


def test_the_pairs_of_a_text():
    assert folding.grams("校园卡 xyk") == sorted(["校园", "园卡", "校", "园", "卡", "xy", "yk", "xyk"])
    assert folding.query_of("　ＯＡ\t系统 ") == "oa 系统"
    assert len(folding.query_of("字" * 500)) == folding.LONGEST


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, db):
        join("周敏", staff="T00555", roles=("portal.search",))
        return signed_in("T00555")

    @pytest.fixture
    def stranger(self, teacher):
        return teacher

    def fill(self, count):
        for n in range(count):
            synonyms.add(by=CLERK, word=f"=1+{n}", means="校园卡")


@pytest.mark.capability("A031.2")
@pytest.mark.django_db
def test_the_office_registers_a_synonym_once_and_takes_it_away():
    join("周敏", staff="T00555", roles=("portal.search",))
    office = signed_in("T00555")
    for _press in range(2):
        assert office.post("/search/words/new/", {"word": " 补 卡", "means": "校园卡补办"}).status_code == 302
    assert "补 卡" in office.get("/search/words/").content.decode()
    for blank in ({"word": "\u200b", "means": "x"}, {"word": "x", "means": "\u200b"}):
        assert office.post("/search/words/new/", blank).status_code == 422
    [known] = SearchSynonym.objects.all()
    assert office.post(f"/search/words/{known.pk}/remove/").status_code == 302
    assert not SearchSynonym.objects.exists()


@pytest.mark.django_db
def test_a_sheet_of_synonyms_is_taken_whole_or_not_at_all_and_again_changes_nothing():
    join("周敏", staff="T00555", roles=("portal.search",))
    office = signed_in("T00555")

    def hand_in(text):
        sheet = SimpleUploadedFile("词.csv", text.encode(), content_type="text/csv")
        return office.post("/search/words/sheet/", {"file": sheet}, headers={"accept": "text/html"})

    assert "按表格登记" in office.get("/search/words/").content.decode()
    bad = hand_in("大家怎么说,这里叫什么\n饭卡,校园卡\n\u200b,校园卡\n补卡,\n")
    assert (bad.status_code, SearchSynonym.objects.count()) == (422, 0)
    assert "请写至少一个字" in bad.content.decode()
    good = "大家怎么说,这里叫什么\n饭卡,校园卡\n补卡,校园卡补办\n"
    assert hand_in(good).status_code == hand_in(good).status_code == 302
    assert list(SearchSynonym.objects.order_by("word").values_list("word", "means")) == [
        ("补卡", "校园卡补办"),
        ("饭卡", "校园卡"),
    ]
    exported = b"".join(office.get("/search/words/", {"export": "csv"}).streaming_content)
    assert hand_in(exported.decode("utf-8-sig")).status_code == 302
    assert SearchSynonym.objects.count() == 2


def test_of_a_word_that_many_hold_the_whole_title_and_every_source_come_first(services, student, monkeypatch):
    monkeypatch.setattr(finding, "HOLD", 5)
    services.extend(Hit(key=f"w{n}", title=f"窗口{n}补办", url=f"/s/w{n}") for n in range(40))
    services.append(Hit(key="whole", title="补办", url="/s/whole"))
    notices = [Hit(key="n", title="关于停止补办的通知", url="/n/1")]
    registry.searchables.add(Searchable(key="notices", title="公告", icon="megaphone", hits=lambda: notices))
    index_all()
    found = titles(student, "补办")
    assert found[0] == "补办"
    assert "关于停止补办的通知" in found


def test_a_slip_within_a_title_is_found_by_what_resembles_it(services, student):
    services.append(Hit(key="lend", title="借用实验室", url="/s/lend"))
    index_all()
    assert titles(student, "jieyognshiyanshi") == ["借用实验室"], "letters in each other's place"
    assert titles(student, "shiyanshii") == ["借用实验室"], "in its middle, too"


@pytest.mark.parametrize("typed", ["python", "vpn", "maimaiti", "aili", "mmt"])
def test_latin_letters_are_found_within_words_that_others_stand_in_too(services, student, typed):
    services.append(Hit(key="book", title="《Python程序设计》和VPN“入门”", url="/s/book"))
    services.append(Hit(key="name", title="买买提·艾力", url="/s/name"))
    services.append(Hit(key="plain", title="别的", url="/s/plain", words="python vpn maimaiti aili mmt"))
    index_all()
    meant = "《Python程序设计》和VPN“入门”" if typed in {"python", "vpn"} else "买买提·艾力"
    assert set(titles(student, typed)) == {meant, "别的"}, (
        "where something answers, nothing is looked for by what resembles it"
    )


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("申请", ["申请"]),
        ("校园卡", ["园卡", "校园"]),
        ("报", ["报"]),
        ("a", []),
        ("vpn", ["vpn"]),
        ("wifi", ["ifi", "wif"]),
    ],
)
def test_few_grams_cover_each_letter_and_are_among_those_of_what_answers(text, held):
    assert folding.covering_grams(text) == held
    assert set(held) <= set(folding.grams(folding.searched(f"关于{text}的说明 {text}", "")))


def test_a_slip_is_one_letter_too_many_too_few_another_or_two_in_each_others_place():
    meant = folding.slips_of("xiaoyuanak")
    assert {"xiaoyuanka", "xiaoyuana", "xiaoyuanask", "xiaoyuanai"} <= set(meant)
    assert "xiaoyuanak" not in meant
    assert folding.slips_of("xy") == folding.slips_of("校园卡") == folding.slips_of("a" * 40) == []
