"""Three exports as an HR office, a registrar's office and a card vendor hand them in, by the page: nothing uncertain is taken in silence,
no line is lost, and each fault is told in one sentence."""

import io
from datetime import date

import openpyxl
import pytest

from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.cleaning.dates import clean_date
from nanhu.platforms.datahub.models import Batch, Issue, LandingRow
from nanhu.platforms.datahub.sentences import sentence_of
from nanhu.platforms.datahub.tests.conftest import id_number
from nanhu.platforms.datahub.tests.test_desk_pages import hand_in_by_page
from nanhu.platforms.datahub.tests.test_shared_sources import switched, two  # noqa: F401  (a fixture)
from nanhu.platforms.people.models import Affiliation, Person

pytestmark = pytest.mark.django_db
WIDE = str.maketrans("0123456789X.-", "０１２３４５６７８９Ｘ．－")
ENDING_IN_X = next(number for order in range(1, 99, 2) if (number := id_number("19800318", order)).endswith("X"))


@pytest.fixture
def taken(steward, run_jobs):
    """Handed in by the page; the batch, what became of each line, and what the page says of it."""

    def hand_in(content, *, source, name):
        assert hand_in_by_page(steward, content, source=source, name=name).status_code == 302
        run_jobs()
        batch = Batch.objects.order_by("-id").first()
        page = steward.get(f"/datahub/batches/{batch.id}/").content.decode()
        return batch, dict(LandingRow.objects.filter(batch=batch).order_by("line").values_list("line", "state")), page

    return hand_in


def told(batch):
    """By line, the sentences of what is not in order."""
    found = {}
    for issue in Issue.objects.filter(batch=batch).order_by("line", "id"):
        found.setdefault(issue.line, []).append(sentence_of(issue.code, issue.facts))
    return found


def staff_list():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [
        ["湖南理工学院教职工花名册（2026年11月）"],
        ["基本信息", None, None, None, "证件", None, "聘用信息", None, None, None, "联系方式", None],
        [
            "工号",
            "姓名",
            "性别",
            "出生日期",
            "类型",
            "号码",
            "部门",
            "用工性质",
            "入职日期",
            "状态",
            "手机",
            "电子邮箱",
        ],
        [
            "0020209101".translate(WIDE),
            "陈建国",
            "男",
            "１９８０年３月１８日",
            "身份证",
            ENDING_IN_X.translate(WIDE),
            "计算机学院",
            "在编",
            "２０１０．０９．０１",
            "在岗",
            "13900000011".translate(WIDE),
            "chenjg@hnist.cn",
        ],
        [
            "0020209102",
            "刘　敏\n（返聘）",
            "女",
            "1985－07－02",
            "身份证",
            id_number("19850702", 2),
            None,
            "人事代理",
            date(2015, 9, 1),
            "在岗",
            "139-0000-0012",
            None,
        ],
        ["计算机学院小计", "2人"],
        [
            20209103,
            "赵伟",
            "男",
            "1990.1.5",
            "身份证",
            id_number("19900105", 3),
            "计院",
            "劳务派遣",
            "2023年秋",
            "在岗",
            None,
            None,
        ],
        [
            20209104,
            "孙丽",
            "女",
            None,
            "身份证",
            id_number("19910206", 4),
            "计院",
            "在编",
            45170,
            "在岗",
            "13900000014；0730-8640000",
            None,
        ],
        [
            "0020209101",
            "周涛",
            "男",
            None,
            "身份证",
            id_number("19790101", 5),
            "计院",
            "在编",
            "2009-09-01",
            "在岗",
            None,
            None,
        ],
        [
            "0020209105",
            "吴刚",
            "男",
            "1988-08-08",
            "身份证",
            float(id_number("19880808", 7)[:17] + "0"),
            "计院",
            "在编",
            "2014-09-01",
            "在岗",
            None,
            None,
        ],
        ["合　计", "5人", None, None, None, None, None, None, None, None, None, None],
        ["填表人：王会计", None, None, None, None, None, "审核：", None, None, None, "填表日期：2026年11月3日"],
    ]:
        sheet.append(row)
    for area in ["A1:L1", "A2:D2", "E2:F2", "G2:J2", "K2:L2", "G4:G5"]:
        sheet.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def registrar():
    rows = [
        ["学生信息查询结果　导出时间：2026-11-30 08:00"],
        [
            "学号",
            "姓名",
            "性别",
            '"证件\n类型"',
            "身份证件号",
            '"所在\n班级"',
            "培养层次",
            "入学年月",
            "学籍状态",
            "备注",
            "",
        ],
        [
            "14231100001",
            "李䶮",
            "男",
            "居民身份证",
            id_number(),
            '"计科23-1班"',
            "本科",
            "2023年9月",
            "在读",
            '"家住岳阳市""学院路""\n\t1 号，\n电话见附表"',
            "",
        ],
        [
            "14231100002",
            '"王\n芳"',
            "女",
            "居民身份证",
            id_number(order=2),
            '"计科23-1班\n（专升本）"',
            "本科",
            "202309",
            "在读",
            "",
            "",
        ],
        ["14231100003", "张三"],
        ["丰", "男", "居民身份证", id_number(order=3), "计科23-1班", "本科", "2023-09", "在读", "", ""],
        [
            "14231100004",
            "赵六",
            "男",
            "居民身份证",
            id_number(order=5),
            "计科23-1班",
            "本科",
            "2023-09",
            "在读",
            "转自\t湘潭",
            "",
        ],
        [
            "14231100005",
            "钱七",
            "男",
            "居民身份证",
            id_number(order=7),
            "计科23-1班",
            "本科",
            "2023-09",
            "在读",
            "",
            "",
        ],
        ["合计：5 人"],
    ]
    return "\r\n".join("\t".join(row) for row in rows).encode("gb18030")


CARDS = """\
                 湖南理工学院一卡通系统    卡户资料清单
制表单位：卡务中心            制表时间：2026-11-30 07:00                第 1 页
--------------------------------------------------------------------------------------------------
  物理卡号       学工号      卡类     卡 状 态  启用日期    有效期至    挂失时间               余  额
--------------------------------------------------------------------------------------------------
  04A1B2C3       14231100001 学生     正常卡    2023-09-01  2027-06-30                          12.50
  04A1B2C4       14231100002 研究生卡 挂失卡    2023-09-01  2027-06-30  2026-11-02 08:30     1,203.00
  04A1B2C5       0020209001  教工卡   正常卡    2020/09/01  2030.12.31                           0.00
  04A1B2C6                   学生     正常卡    2023-09-01  2027-06-30                           3.00
--------------------------------------------------------------------------------------------------
                 湖南理工学院一卡通系统    卡户资料清单
制表单位：卡务中心            制表时间：2026-11-30 07:00                第 2 页
  物理卡号       学工号      卡类     卡 状 态  启用日期    有效期至    挂失时间               余  额
  04A1B2C70       14231100006 学生     正常卡    2023-09-01  2027-06-30                         5.00
  04A1B2C8       14231100007 学生     没收      2023-09-01  2027-06-30                           5.00
  04A1B2C9       14231100008 学生     销户      2023-09-01  2027-06-30                           0.00
--------------------------------------------------------------------------------------------------
  合计：7 张      正常：4      挂失：1
"""


NO_RECORD = ["不是数据行（重复的表头、合计、空行或表下说明），已跳过。"]


def test_a_staff_list_with_merged_headings_wide_digits_and_subtotals(taken, units):
    batch, states, page = taken(staff_list(), source="hr.staff", name="花名册.xlsx")
    assert told(batch) == {
        6: NO_RECORD,
        7: ["工号丢了前面的零，已补成 0020209103。", "开始日期“2023年秋”没有填或读不出来。"],
        8: ["工号丢了前面的零，已补成 0020209104。"],
        9: ["学工号 0020209101 已经是另一个人的（证件和姓名都不同）。"],
        10: ["证件号码被表格软件存成了数字，后几位已经丢失。"],
        11: NO_RECORD,
        12: NO_RECORD,
    }
    assert [line for line, state in states.items() if state == "accepted"] == [4, 5, 8]
    assert "已经是另一个人的" in page
    people = Affiliation.objects.filter(campus_no__in=["0020209101", "0020209102", "0020209104"]).select_related(
        "person", "unit"
    )
    assert {
        tie.campus_no: (tie.person.name, tie.person.phone, str(tie.starts_on), tie.unit.name) for tie in people
    } == {
        "0020209101": ("陈建国", "13900000011", "2010-09-01", "计算机学院"),
        "0020209102": ("刘敏", "13900000012", "2015-09-01", "计算机学院"),
        "0020209104": ("孙丽", "13900000014", "2023-09-01", "计算机学院"),
    }
    assert Person.objects.get(name="陈建国").id_number == ENDING_IN_X


def test_a_registrars_export_with_tabs_quoted_breaks_and_a_line_broken_in_two(taken, units):
    batch, states, page = taken(registrar(), source="aa.students", name="导出.txt")
    torn = ["这一行像是被格子里的换行断成了两行，没有采用。"]
    found = told(batch)
    assert [found[line][0] for line in (11, 12)] == torn * 2
    assert {line: found[line] for line in found.keys() - {11, 12}} == {
        8: ["单位“计科23-1班 (专升本)”找不到。"],
        15: NO_RECORD,
    }
    assert torn[0] in page
    students = Affiliation.objects.filter(kind="student").select_related("person")
    assert {tie.campus_no: (tie.person.name, str(tie.starts_on)) for tie in students} == {
        "14231100001": ("李䶮", "2023-09-01"),
        "14231100004": ("赵六", "2023-09-01"),
        "14231100005": ("钱七", "2023-09-01"),
    }
    assert len(states) == 7, "each line is kept"
    remark = LandingRow.objects.get(batch=batch, line=5).raw["cells"]["备注"]
    assert remark.splitlines() == ['家住岳阳市"学院路"', "\t1 号，", "电话见附表"]


@pytest.fixture
def cards(two):  # noqa: F811
    switched(two, table="card.card", source="card.jinzhi")
    return lambda text: text.replace("\n", "\r\n").encode("gb18030")


def test_a_card_systems_print_whose_columns_stand_below_each_other(taken, cards):
    batch, states, page = taken(cards(CARDS), source="card.jinzhi", name="KHZL.TXT")
    assert told(batch) == {
        9: ["没有填“学工号”。"],
        13: NO_RECORD,
        14: ["“物理卡号”的位数或写法不对：“04A1B2C70”。", "有的行认不出是谁的，文件里没有的行因此都保留。"],
        15: ["“卡状态”没有“没收”这个取值。"],
        18: NO_RECORD,
    }
    assert len(states) == 9
    assert "各列以空格对齐" in page
    found = {
        one.uid: (one.campus_no, one.holder_class, one.state, str(one.lost_at or ""))
        for one in datahub.rows("card.card")
    }
    assert found == {
        "04A1B2C3": ("14231100001", "student", "issued", ""),
        "04A1B2C4": ("14231100002", "student", "lost", "2026-11-02 00:30:00+00:00"),
        "04A1B2C5": ("0020209001", "teacher", "issued", ""),
        "04A1B2C9": ("14231100008", "student", "closed", ""),
    }


def test_a_line_that_stands_aside_is_refused_and_columns_that_touch_refuse_the_file(taken, cards):
    straight = CARDS.replace("04A1B2C70       1423", "04A1B2C7       1423")
    aside = straight.replace("14231100007 学生     没收  ", "14231100007（补办）学生    ")
    batch, _states, _page = taken(cards(aside), source="card.jinzhi", name="偏.TXT")
    assert told(batch)[15][0].startswith("这一行有 1 格没有表头可对")
    assert "04A1B2C8" not in {one.uid for one in datahub.rows("card.card")}
    touching = CARDS.replace(" 学生     ", " 本科学生卡").replace(" 教工卡   ", " 教工卡类别")
    batch, _states, page = taken(cards(touching), source="card.jinzhi", name="挤.TXT")
    assert batch.state == "refused"
    assert "“卡类 卡 状 态”之间却没有一条空白" in page


def test_a_sum_in_the_column_of_a_day_is_no_day():
    """1,203.00 is no number of a day; it ended the whole import."""
    assert [clean_date(text) for text in ("1,203.00", "无.0", "４５，１７０.0")] == [None] * 3
