"""The forms of the files: what goes out by whose columns, and what comes back. Heads are the parties' own words, whoever looks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError
from nanhu.kernel.sheets import Column, Sheet, choice, phrase, yuan
from nanhu.kernel.sheets.writing import csv_lines

MOST: Final = 60_000
RETURNED: Final = ("处理结果", "返回码", "返回信息")
DONE, FAILED, OPEN = "成功", "失败", "处理中"
DATE: Final = re.compile(r"\d{8}", re.ASCII)
type Row = Mapping[str, str]


class NotADateError(CampusError):
    code = "parties.date"
    http_status = 422
    sentence = _("日期写成 20260901 这样")


def date8(said: str) -> str:
    if DATE.fullmatch(said) is None:
        raise NotADateError
    return said


@dataclass(frozen=True, slots=True)
class FileForm:
    """`key`: the column by which a line is known on either side. `amount`: that of its sum. `ends_in`: csv or xlsx."""

    party: str
    out: Sheet
    back: Sheet
    key: str
    _: KW_ONLY
    amount: str = ""
    ends_in: str = "xlsx"

    def content(self, rows: Sequence[Row], *, name: str) -> bytes:
        if self.ends_in == "xlsx":
            return self.out.form(rows, name=name)
        heads = [one.head for one in self.out.columns]
        return "".join(csv_lines(heads, ([row.get(one.key, "") for one in self.out.columns] for row in rows))).encode()


def back(key: str, *more: str) -> Sheet:
    """Its own column of each line, what became of it, and what else that party says."""
    return Sheet(
        Column("key", key, needed=True),
        Column("outcome", RETURNED[0], needed=True),
        Column("code", RETURNED[1], needed=True),
        Column("sentence", RETURNED[2]),
        *(Column(one, one) for one in more),
        most=MOST,
        named_by=("key",),
    )


ENROLMENT: Final = FileForm(
    "enrolment",
    Sheet(
        Column("KSH", "KSH", also=("考生号",), kind=phrase(18), needed=True),
        Column("XH", "XH", also=("学号",), kind=phrase(15), needed=True),
        Column("XM", "XM", also=("姓名",), kind=phrase(40), needed=True),
        Column("XB", "XB", also=("性别",), kind=choice({"男": 1, "女": 2}), needed=True, choices=("男", "女")),
        Column("CSRQ", "CSRQ", also=("出生日期",), kind=date8, needed=True),
        Column("SFZH", "SFZH", also=("身份证号",), kind=phrase(18), needed=True),
        Column("ZZMM", "ZZMM", also=("政治面貌",), kind=phrase(16)),
        Column("MZ", "MZ", also=("民族",), kind=phrase(24), needed=True),
        Column("ZYDM", "ZYDM", also=("专业代码",), kind=phrase(6), needed=True),
        Column("ZYMC", "ZYMC", also=("专业名称",), kind=phrase(50), needed=True),
        Column("FY", "FY", also=("分院",), kind=phrase(24)),
        Column("XSH", "XSH", also=("系所函",), kind=phrase(24)),
        Column("BH", "BH", also=("班号",), kind=phrase(24)),
        Column("CC", "CC", also=("层次",), kind=phrase(12), needed=True),
        Column("XXXS", "XXXS", also=("学习形式",), kind=phrase(10), needed=True),
        Column("XZ", "XZ", also=("学制",), kind=phrase(3), needed=True),
        Column("RXRQ", "RXRQ", also=("入学日期",), kind=date8, needed=True),
        Column("YJBYRQ", "YJBYRQ", also=("预计毕业日期",), kind=date8, needed=True),
        most=MOST,
        named_by=("KSH", "XM"),
    ),
    back("KSH", "XM"),
    "KSH",
)
"""学籍电子注册: the structure of the register's import file, by its field names."""
TAX: Final = FileForm(
    "tax",
    Sheet(
        Column("工号", "工号", kind=phrase(20), needed=True),
        Column("姓名", "*姓名", kind=phrase(60), needed=True),
        Column("证件类型", "*证件类型", kind=phrase(30), needed=True),
        Column("证件号码", "*证件号码", kind=phrase(30), needed=True),
        Column("本期收入", "*本期收入", kind=yuan, needed=True),
        *(
            Column(one, one, kind=yuan)
            for one in (
                "本期免税收入",
                "基本养老保险费",
                "基本医疗保险费",
                "失业保险费",
                "住房公积金",
                "累计子女教育",
                "累计继续教育",
                "累计住房贷款利息",
                "累计住房租金",
                "累计赡养老人",
                "累计3岁以下婴幼儿照护",
                "累计个人养老金",
                "企业(职业)年金",
                "商业健康保险",
                "税延养老保险",
                "其他",
                "准予扣除的捐赠额",
                "减免税额",
            )
        ),
        Column("备注", "备注", kind=phrase(60)),
        most=MOST,
        named_by=("工号", "姓名"),
    ),
    back("工号", "姓名", "累计应补（退）税额"),
    "工号",
)
"""正常工资薪金所得: the import sheet of 自然人电子税务局（扣缴端）, starred as it is there."""
PAYROLL: Final = FileForm(
    "payroll",
    Sheet(
        Column("业务参考号", "业务参考号", kind=phrase(40), needed=True),
        Column("收款账号", "收款账号", kind=phrase(40), needed=True),
        Column("户名", "户名", kind=phrase(60), needed=True),
        Column("金额", "金额", kind=yuan, needed=True),
        Column("附言", "附言", kind=phrase(30)),
        most=MOST,
        named_by=("业务参考号",),
    ),
    back("业务参考号", "金额", "银行流水号", "入账日期"),
    "业务参考号",
    amount="金额",
    ends_in="csv",
)
"""代发: the bank knows an account by the token of its agreement; no card number stands in the file."""
FORMS: Final = {one.party: one for one in (ENROLMENT, TAX, PAYROLL)}
