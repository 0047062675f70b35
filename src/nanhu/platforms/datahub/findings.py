"""What can be wrong with a row: code, sentence for the clerk, and what to do about it."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Severity = Literal["reject", "review", "notice"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`facts` fill the sentence; sensitive values are masked before they get here."""

    code: str
    column: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        return CATALOGUE[self.code].severity


@dataclass(frozen=True, slots=True)
class Kind:
    severity: Severity
    sentence: str | Promise
    hint: str | Promise = ""


def reject(sentence: str | Promise, hint: str | Promise = "") -> Kind:
    return Kind("reject", sentence, hint)


def notice(sentence: str | Promise, hint: str | Promise = "") -> Kind:
    return Kind("notice", sentence, hint)


CATALOGUE: Final[dict[str, Kind]] = {
    "not_a_record": notice(_("不是数据行（重复的表头、合计、空行或表下说明），已跳过。")),
    "campus_no_missing": reject(_("没有填学工号。"), _("补上学号、工号或证号。")),
    "campus_no_malformed": reject(
        _("学工号“{value}”的位数或写法不对。"),
        _("学号 11 位，工号 10 位，临时证号是 L 加 7 位数字；不要用科学计数法。"),
    ),
    "campus_no_phone": reject(
        _("学工号一列里像是手机号，这个人已有别的学工号。"),
        _("多半是两列颠倒了，请核对；确是新学号，请先导入同级的新生。"),
    ),
    "name_missing": reject(_("没有填姓名。"), _("按证件补上姓名。")),
    "name_invalid": reject(
        _("姓名“{value}”里有丢失的字或不该有的字符。"), _("生僻字可能存成了“?”或“□”，请按证件重填。")
    ),
    "document_missing": reject(_("没有填证件号码。"), _("补上身份证、居住证或护照号码。")),
    "document_precision": reject(
        _("证件号码被表格软件存成了数字，后几位已经丢失。"), _("找到原始号码，以文本格式重填；从这个单元格里恢复不了。")
    ),
    "document_malformed": reject(
        _("证件号码“{value}”的位数或写法不对。"), _("身份证应为 18 位（旧证 15 位）；护照请把证件类型写成“护照”。")
    ),
    "document_date": reject(_("身份证号码“{value}”里的出生日期不存在。"), _("多半是抄错了一位，请核对证件。")),
    "document_checksum": reject(_("身份证号码“{value}”的校验位不对。"), _("多半是抄错或颠倒了一位，请核对证件。")),
    "category_unknown": reject(
        _("人员类别“{value}”不在代码表里。"), _("改成代码表里的类别；数据管理员也可以给这个写法加别名，再重放。")
    ),
    "unit_unknown": reject(
        _("单位“{value}”找不到。"),
        _("填机构代码，或机构的全称、简称；新机构请先导入组织机构；数据管理员也可以给这个写法加别名，再重放。"),
    ),
    "date_invalid": reject(_("开始日期“{value}”没有填或读不出来。"), _("写成 2024-09-01 这样。")),
    "date_ambiguous": reject(
        _("开始日期“{value}”是数字，可能是 1 月，也可能是 10 月。"), _("写成 2023-10 或 2023-10-01 这样的文本。")
    ),
    "date_two_ways": notice(
        _("日期“{value}”是数字，可能是 1 月，也可能是 10 月，留空。"), _("写成 2023-10 或 2023-10-01 这样的文本。")
    ),
    "dates_reversed": reject(_("结束日期 {end} 早于开始日期 {start}。"), _("核对两个日期。")),
    "campus_no_taken": reject(
        _("学工号 {value} 已经是另一个人的（证件和姓名都不同）。"), _("核对学工号；确实换了人，请先结束原来的记录。")
    ),
    "person_unknown": reject(_("没有学号为 {value} 的学生。"), _("先导入教务处的学籍名册，再重放这一行。")),
    "name_mismatch": reject(_("学号 {value} 登记的是另一个名字。"), _("核对学号和姓名。")),
    "formula_without_value": reject(
        _("“{value}”列里是没有算出结果的公式。"), _("在表格软件里复制后“只粘贴数值”，再交。")
    ),
    "too_many_cells": reject(
        _("这一行有 {value} 格没有表头可对，可能有没加引号的逗号，或没有对齐。"), _("检查这一行的逗号、引号和对齐。")
    ),
    "category_missing": reject(_("没有填人员类别。"), _("补上代码表里的类别。")),
    "unit_missing": reject(_("没有填单位。"), _("填机构代码，或机构的全称、简称。")),
    "line_torn": reject(
        _("这一行像是被格子里的换行断成了两行，没有采用。"),
        _("在原来的系统或文件里去掉那个换行，再交；或在这里把两半补成一行。"),
    ),
    "code_missing": reject(_("没有填机构代码。"), _("补上机构代码。")),
    "unit_name_missing": reject(_("没有填机构名称。"), _("补上机构名称。")),
    "parent_unknown": reject(_("上级机构代码“{value}”不存在。"), _("先补上级机构，或核对代码。")),
    "parent_circle": reject(_("上级机构绕成了圈：{value}。"), _("核对上级机构代码：上级不能是它自己或它下面的机构。")),
    "code_repeated": notice(_("机构代码 {value} 在文件里出现多次，以后一行为准。")),
    "unmapped_code": notice(
        _("“{value}”不在代码表 {table} 里，这一项留空。"), _("改成标准里的写法；数据管理员也可以给这个写法加别名。")
    ),
    "phone_unreadable": notice(_("电话“{value}”不是 11 位手机号，留空。"), _("补一个手机号码。")),
    "email_unreadable": notice(_("邮箱“{value}”写法不对，留空。")),
    "date_unreadable": notice(_("日期“{value}”读不出来，留空。"), _("写成 2024-09-01 这样。")),
    "sex_contradicts": notice(_("性别列与身份证号码不符，以号码为准。"), _("请核对证件。")),
    "birth_contradicts": notice(_("出生日期列 {value} 与身份证号码不符，以号码为准。"), _("请核对证件。")),
    "area_unknown": notice(
        _("身份证号码的前六位 {value} 不在行政区划代码里。"), _("可能是很早撤销的区划，也可能抄错，请核对。")
    ),
    "formula_value": notice(_("“{value}”列是公式，取了它算好的值。")),
    "zeros_restored": notice(_("工号丢了前面的零，已补成 {value}。")),
    "document_changed": notice(
        _("同一个学工号和姓名，证件号码与已登记的不同。"), _("可能换了证件，也可能抄错，请核对。")
    ),
    "document_transposed": notice(
        _("证件号码与已登记的只是两位颠倒或差一位，很可能抄错。"), _("请核对证件，再改正其中一处。")
    ),
    "name_changed": notice(_("同一个证件，姓名与已登记的不同：“{value}”。"), _("可能改了名，请核对。")),
    "outvoted": notice(
        _("“{field_name}”与{office}登记的不同，以{office}为准。"), _("如果是对方错了，请联系该部门更正。")
    ),
    "conflicting_evidence": Kind(
        "review", _("证件号码属于一个人，学工号属于另一个人，无法自动判断。"), _("到“待核对”里判断是不是同一个人。")
    ),
    "identity_contradicts": Kind(
        "review",
        _("证件号码已登记在另一个名字下，出生日期或性别也对不上：这一行没有采用。"),
        _("到“待核对”里判断是不是同一个人；不是，就核对证件号码。"),
    ),
    "model_doubts": Kind(
        "review",
        _("证件号码或学工号对上了，其他几项却不像同一个人（可能性 {probability}%）：这一行没有采用。"),
        _("到“待核对”里判断是不是同一个人；不是，就核对证件号码和学工号。"),
    ),
    "possible_duplicate": notice(
        _("与另一个人很像（{reasons}），已放入待核对。"), _("到“待核对”里判断是不是同一个人。")
    ),
    "value_missing": reject(_("没有填“{label}”。")),
    "value_no_text": reject(_("“{label}”须是文字：“{value}”。")),
    "value_no_integer": reject(_("“{label}”须是整数：“{value}”。")),
    "value_no_date": reject(_("“{label}”须是日期：“{value}”。"), _("写成 2024-09-01 这样。")),
    "value_no_moment": reject(_("“{label}”须是日期和时间：“{value}”。"), _("写成 2024-09-01 08:30 这样。")),
    "value_no_boolean": reject(_("“{label}”须是“是”或“否”：“{value}”。")),
    "value_no_code": reject(_("“{label}”没有“{value}”这个取值。"), _("改成代码表里的写法。")),
    "value_no_fit": reject(_("“{label}”的位数或写法不对：“{value}”。"), _("找到原始号码，以文本格式重填。")),
    "value_left_out": notice(_("“{label}”读不出“{value}”，这一项空着。"), _("改成代码表里的写法，再交一次。")),
    "row_held": notice(_("这一行读不出，“{value}”原有的状态已停用，直到它能读出。")),
    "value_too_long": reject(_("“{label}”最多 {longest} 个字：“{value}”。")),
    "value_unreadable": reject(_("“{label}”里有读不出的字符：“{value}”。")),
    "value_precision": reject(
        _("“{label}”被表格软件存成了数字，后几位已经丢失：“{value}”。"), _("找到原始号码，以文本格式重填。")
    ),
    "field_unknown": reject(_("没有这一项：{value}。")),
    "key_repeated": notice(_("“{value}”在文件里出现多次，以后一行为准。")),
    "gone_kept": notice(_("有的行认不出是谁的，文件里没有的行因此都保留。")),
    "decided_different": reject(
        _("经人工核对，这一行与已登记的人冲突，不予采用。"), _("核对证件号码和学工号后改正重放。")
    ),
}
