"""The program's own words never reach a page: one function each turns them into people's, and templates go through it."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

import nanhu
from nanhu.kernel.school.tables import SchoolFileError
from nanhu.kernel.ui import words
from nanhu.kernel.ui.templatetags.ui import seconds

ROOT = Path(nanhu.__file__).parent
ACTOR = (
    r"(?:\w+\.)*(?:\w*_by|\w*by_name|actor|(?:author|clerk|maker|requester|approver|checker|confirmer|proposer)_name)"
)
RAW = (
    (re.compile(r"\{\{ " + ACTOR + r"(?!\|who\b)(?:\|[^}]*)? \}\}"), "an actor without |who"),
    (re.compile(r"\{% blocktranslate [^%]*?\w+=" + ACTOR + r"(?=[ %])"), "an actor without |who"),
    (
        re.compile(r"(?<!title=.)\{\{ [\w.]*(?:user_agent|\.browser)(?!\|browser)(?:\|[^}]*)? \}\}"),
        "a browser's line without |browser",
    ),
    (
        re.compile(r"\{\{ (?!said)[\w.]*\.(?:how|methods)(?:\|(?!ways)[^}]*)? \}\}"),
        "the ways of a sign-in without |ways",
    ),
    (re.compile(r"\{\{ error\.code \}\}(?!\")"), "the code of an error as text"),
)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (words.actor("system:demo"), "系统自动"),
        (words.actor("anonymous"), "未登录的访客"),
        (words.actor("何静"), "何静"),
        (words.ways("pwd+otp+mfa"), "密码 + 动态口令或一次性码"),
        (words.ways(["hwk"]), "通行密钥"),
        (words.encoding("utf-8-sig"), "UTF-8"),
        (words.encoding("名单"), "名单"),
        (words.target("person:56"), "人员 56"),
        (words.target("weather"), "weather"),
        (words.browser("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120"), "Windows 上的 Edge"),
        (words.code("no.such.code"), "no.such.code"),
    ],
)
def test_a_word_of_the_program_is_shown_as_people_say_it(shown: str, expected: str) -> None:
    assert shown == expected


def test_words_follow_the_reader_s_language() -> None:
    with override("en"):
        assert words.actor("system:demo") == "the system"


def test_no_template_shows_a_word_of_the_program_raw() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {why}: {tag.group()}"
        for path in ROOT.rglob("templates/**/*.html")
        for pattern, why in RAW
        for tag in pattern.finditer(path.read_text())
    ]
    assert found == []


def test_the_schools_own_names_are_english_on_an_english_page():
    with override("en"):
        assert words.term("教务系统") == "Academic affairs"
        assert words.term("计算机学院 / 软件工程 / 软件 2201") == "School of Computer Science / 软件工程 / 软件 2201"
    with override("zh-hans"):
        assert words.term("计算机学院 / 软件工程") == "计算机学院 / 软件工程"
        assert str(words.lazy_term("教务系统")) == "教务系统"


def test_names_that_differ_by_a_number_have_one_line_in_the_schools_file(school_file):
    school_file({'"南院{}栋宿舍" = "South Campus Dormitory {}"': '"南院{}栋宿舍" = "Dormitory {}, South"'})
    with override("en"):
        assert words.term("南院12栋宿舍") == "Dormitory 12, South"
        assert words.term("南院12栋宿舍旧楼") == "南院12栋宿舍旧楼"
        assert words.term("南院一栋宿舍") == "南院一栋宿舍", "a blank is letters and figures"
    school_file({'"南院{}栋宿舍" = "South Campus Dormitory {}"': '"南院{}栋宿舍" = "South Campus Dormitory"'})
    with override("en"), pytest.raises(SchoolFileError, match="南院"):
        words.term("南院12栋宿舍")


@pytest.mark.parametrize(
    ("value", "digits", "said"), [(-3.4, 0, "−3 秒"), (0.2, 0, "0 秒"), (-0.2, 0, "0 秒"), (12.34, 1, "12.3 秒")]
)
def test_how_wrong_a_clock_is_has_a_unit_and_the_one_minus(value, digits, said):
    assert seconds(value, digits) == said


CHINESE = r"[\u3400-\u9fff]"
NAMES = "asset|back_name|bank|by|city|guest|name|office|payee|place|role|school|unit|venue|who|whose"
"""Facts that are Chinese where the sentence is: people, units, places, applications."""
NAMED = rf"(?:%\((?:{NAMES})\)s|\{{(?:{NAMES})\}})"
BLANKS = re.compile(rf"{CHINESE} (?:{CHINESE}|{NAMED})|{NAMED} [“（]?{CHINESE}")
SAID_APART = re.compile(rf"{{% translate ['\"][^'\"]*{CHINESE}['\"] %}} {{{{ [^}}]*\|who }}}}")
MSGID = re.compile(r'^msgid ((?:".*"\n)+)', re.MULTILINE)


def test_no_blank_stands_between_chinese_and_chinese() -> None:
    """由张三办理, 第 3 行: a blank stands beside figures and letters alone. What somebody types (例：补卡 饭卡) keeps its own."""
    found = [
        f"{path.relative_to(ROOT)}: {said}"
        for path in ROOT.rglob("locale/en/LC_MESSAGES/django.po")
        for lines in MSGID.findall(path.read_text(encoding="utf-8"))
        for said in ["".join(line[1:-1] for line in lines.splitlines())]
        if BLANKS.search(said.partition("例：")[0])
    ]
    found += [
        f"{path.relative_to(ROOT)}: {tag.group()}"
        for path in ROOT.rglob("templates/**/*.html")
        for tag in SAID_APART.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


STILTED = {
    "有还是没有": "是否允许",
    "登录着的": "在线",
    "未明领款": "待确认领款",
    "没出又进": "重复进入",
    "没进又出": "无进入记录的离开",
    "开着的会话": "在线会话",
    "不是这样的": "不符合",
    "一起数": "合计",
    "谁也没有": "无人",
    "没有人做过": "暂无记录",
    "被谁": "操作人",
}
"""What was translated word by word, and how an office says it."""


def test_no_page_speaks_as_no_office_would() -> None:
    files = [*ROOT.rglob("templates/**/*.html"), *(path for path in ROOT.rglob("*.py") if "tests" not in path.parts)]
    found = [
        f"{path.relative_to(ROOT)}: {said}, better {better}"
        for path in files
        for text in [path.read_text(encoding="utf-8")]
        for said, better in STILTED.items()
        if said in text
    ]
    assert found == []
