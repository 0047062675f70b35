"""Expected failures of parties."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, InvalidError


class QuestionError(CampusError):
    http_status = 422


class InvoiceNumberError(QuestionError):
    code = "parties.invoice_number"
    field = "number"
    sentence = _("数电票的号码是 20 位数字，代码不填；其余发票的号码是 8 位，代码是 10 位或 12 位。")


class InvoiceProofError(QuestionError):
    code = "parties.invoice_proof"
    field = "amount"
    sentence = _("数电票要填价税合计；其余发票要填不含税金额，或校验码后六位。")


class InvoiceDayError(QuestionError):
    code = "parties.invoice_day"
    field = "day"
    sentence = _("开票日期还没有到，或早于五年前，税务端不查。")


class DegreeNumberError(QuestionError):
    code = "parties.degree_number"
    field = "certificate"
    sentence = _("证书编号是 16 到 18 位数字，并要填姓名。")


class DoiError(QuestionError):
    code = "parties.doi"
    field = "doi"
    sentence = _("DOI 写成 10.1000/xyz123 这样。")


class NotACodeError(InvalidError):
    code = "parties.not_a_code"
    sentence = _("代码只有数字、字母和半角符号，最多 60 位")


class NotAYearError(InvalidError):
    code = "parties.not_a_year"
    sentence = _("年度写成 2026 这样")


class QuotasChangedError(ConflictError):
    code = "parties.quotas_changed"
    sentence = _("检查以后，另一份指标表改了指标 {number}，与这份表比对的不同。请作废，重新交。")


class OtherBatchError(ConflictError):
    code = "parties.other_batch"
    sentence = _("“{key}”已经交过一批，内容与这一批不同。")


class LineOpenError(ConflictError):
    """The database holds it: a line that was handed over is in no second batch until its return says that it failed."""

    code = "parties.line_open"
    sentence = _("{count} 行已在别的批次里办成或没有回盘，不能再交：{named}。")
