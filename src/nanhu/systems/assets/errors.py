"""Expected failures of assets."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError
from nanhu.kernel.sheets import kinds


class AssetsError(CampusError):
    http_status = 409


class InspectorsError(AssetsError):
    code = "assets.inspectors"
    field = "second_inspector"
    sentence = _("两位验收人须是不同的人，也都不能是经办采购的人。")


class NotInspectorError(AssetsError):
    code = "assets.not_inspector"
    sentence = _("这张验收单由指定的两位验收人签字，各签一次。")


class NumberUsedError(AssetsError):
    code = "assets.number_used"
    may_contest = True
    field = "file"
    sentence = _(
        "发票号 {number} 已经用过，这份不能用。您交的确是税务平台的原件，请在“验收入库”点“发票号被占用”，由国资处核对。"
    )


class NumberFreeError(AssetsError):
    code = "assets.number_free"
    field = "file"
    sentence = _("发票号 {number} 没有被别的内容占用：请直接点“用数电票开验收单”，金额不够的带发票到国资处。")


class SameInvoiceError(AssetsError):
    code = "assets.same_invoice"
    sentence = _("两份内容相同，没有争议：请回复不同意，交的人可以直接用。")


class TooManyContestsError(AssetsError):
    code = "assets.too_many_contests"
    sentence = _("您在 {days} 天里已经提过 {most} 次发票争议（成立的不算）。请带原件到国资处。")


class VoidInvoiceError(AssetsError):
    code = "assets.void_invoice"
    sentence = _("这张验收单的发票号核对后以另一份原件为准：没入库的请撤回或不通过；已入库的，等国资处更正。")


class BeyondInvoiceError(AssetsError):
    code = "assets.beyond_invoice"
    field = "price_yuan"
    sentence = _("这张发票的各行合计 {sum}（连同别的验收单），超过发票金额 {invoice}。")


class InvoiceUsedUpError(AssetsError):
    """Where others entered of it, or its original is another's: their sums are not this person's to know."""

    code = "assets.invoice_used_up"
    may_contest = True
    field = "price_yuan"
    sentence = _(
        "加上这一行就超过这张发票能入库的金额。请核对发票号和单价；都对的，这个号码可能已经用过：有数电票原件的点“发票号被占用”交原件，没有的请带发票到国资处。"
    )


class BeyondPurchaseError(AssetsError):
    code = "assets.beyond_purchase"
    field = "purchase"
    sentence = _("这张验收单各行合计超过本次采购占用的额度 {sum}。")


class PaymentReversedError(AssetsError):
    code = "assets.payment_reversed"
    field = "payment"
    sentence = _("凭证 {voucher} 这笔付款的冲回“{state}”，不能再提。")


class TooManyPhotosError(AssetsError):
    code = "assets.too_many_photos"
    field = "photos"
    sentence = _("一张验收单最多 {most} 张照片。")


class NothingNewError(AssetsError):
    code = "assets.nothing_new"
    field = "file"
    sentence = _("这份分类表和现在的一样，没有可以登记的。")


class ClassesChangedError(AssetsError):
    code = "assets.classes_changed"
    sentence = _("检查以后，分类 {code} 用到了资产上，这份分类表不能这样登记，请重新交。")


class PurchaseOfOtherUnitError(AssetsError):
    code = "assets.purchase_of_other_unit"
    field = "purchase"
    sentence = _("入库单位与采购登记的单位不同。")


class LifeError(AssetsError):
    code = "assets.life"
    field = "most_years"
    sentence = _("最长年限不能短于最短年限；不折旧的分类没有使用年限。")


class YearsError(AssetsError):
    code = "assets.years"
    field = "years"
    sentence = _(
        "{name}的使用年限是 {least} 到 {most} 年。旧的受赠、调入资产按评估，砖混、简易房屋另有规定的，写明年限依据。"
    )


class NotDepreciatedError(AssetsError):
    code = "assets.not_depreciated"
    field = "years"
    sentence = _("低值品和这类资产不折旧，年限留空。")


class VoucherTwiceError(AssetsError):
    code = "assets.voucher_twice"
    field = "voucher"
    sentence = _("凭证 {voucher} 已在这次采购登记过付款 {sum}，没有再支出。少登了的，差额在凭证号后加“-2”补登。")


class PaidAheadError(AssetsError):
    code = "assets.paid_ahead"
    field = "paid_on"
    sentence = _("付款日期不能晚于今天。")


class RemittedOnError(AssetsError):
    code = "assets.remitted_on"
    field = "paid_on"
    sentence = _("上缴日期不能早于处置的 {day}，也不能晚于今天。")


class MonthClosedSinceError(AssetsError):
    code = "assets.month_closed_since"
    sentence = _("登记以后已经交过财务卡片核对月结，这份不能回滚。")


class ClassesInUseError(AssetsError):
    code = "assets.classes_in_use"
    http_status = 409
    sentence = _("登记以后 {code} 又改过，或已有资产、验收单、使用年限、下级分类用到它，不能整份回滚。")


class CardsInUseError(AssetsError):
    code = "assets.cards_in_use"
    sentence = _("登记以后已经用过其中 {count} 张卡片（例如 {number}），不能整份回滚。请逐张办理。")


class TooLongForPaperError(AssetsError):
    """What was counted against its reader stays: to gather it in vain cost as much."""

    code = "assets.too_long_for_paper"
    keeps_writes = True
    sentence = _("超过 {most} 行，印不成一份。请从列表导出表格，或分单位、分批办理。")


class FundMissingError(AssetsError):
    code = "assets.fund_missing"
    field = "fund"
    sentence = _("您任资产员的单位没有这项额度。")


class NotALeafError(AssetsError):
    code = "assets.not_a_leaf"
    field = "classification"
    sentence = _("“{name}”下面还有细分，请选最末一级分类。")


class UsedBeforeAcquiredError(AssetsError):
    code = "assets.used_before_acquired"
    field = "put_into_use_on"
    sentence = _("投入使用日期不能早于取得日期 {day}。")


class NotOfUnitError(AssetsError):
    code = "assets.not_of_unit"
    field = "keeper"
    sentence = _("领用人不是这个单位的在职人员。跨单位请用“调拨”。")


class InUseError(AssetsError):
    code = "assets.in_use"
    http_status = 409
    sentence = _("这件资产在别人名下：请本人出示移交码交给新的领用人，或先“收回”，再“领用”。")


class NotYoursError(AssetsError):
    code = "assets.not_yours"
    sentence = _("这件资产现在不在您名下。")


class SplitError(AssetsError):
    code = "assets.split"
    field = "quantity"
    sentence = _("这张卡片有 {quantity} 件，最多拆出 {most} 件。")


class CodeOverError(AssetsError):
    code = "assets.code_over"
    http_status = 404
    sentence = _("移交码已过期或已用过，请对方重新出示。")


class OwnCodeError(AssetsError):
    code = "assets.own_code"
    sentence = _("不能把东西移交给自己，请让对方用自己的账号扫码。")


class TooEarlyError(AssetsError):
    code = "assets.too_early"
    field = "appraisal"
    sentence = _("{name}最低使用年限{years}年，该资产使用{used_years}年{used_months}个月，需技术鉴定意见。")


class WipingMissingError(AssetsError):
    code = "assets.wiping_missing"
    field = "wiping"
    sentence = _("{number} 存有数据，请写明数据清除的证明。")


class ApprovalMissingError(AssetsError):
    code = "assets.approval_missing"
    field = "approval"
    sentence = _("原值合计 {sum}，须“{level}”，请写批件文号。")


class MonthBookedError(AssetsError):
    code = "assets.month_booked"
    sentence = _("{month} 的折旧已记账或已月结，当月不能再处置或改造，请下月办理。")


class MonthAheadError(AssetsError):
    code = "assets.month_ahead"
    field = "month"
    sentence = _("这个月还没有结束，到月末那天才能记折旧。")


class MovedSinceError(AssetsError):
    code = "assets.moved_since"
    sentence = _("这张卡片已有变动，编号不能作废，请走处置。")


class OutdatedTransferError(AssetsError):
    code = "assets.transfer_outdated"
    sentence = _("申请以后这件资产换了单位，或不再闲置：请不同意这张调拨单，需要时重新申请。")


class OfferedInsideError(AssetsError):
    code = "assets.offered_inside"
    field = "is_idle_seen"
    sentence = _("“闲置调剂”里有 {count} 件类似的（{names}）：先去看看能不能用；都不合适的，勾选后再登记。")


class NotOfficeError(AssetsError):
    code = "assets.not_office"
    sentence = _("转交给您的这一步，要有“国资处”权限的人才能批，请转交回去。")


class NotAcceptedError(AssetsError):
    code = "assets.not_accepted"
    sentence = _("还没有轮到国资处：等对方单位资产员或专家同意后再批。")


class NothingChosenError(AssetsError):
    code = "assets.nothing_chosen"
    sentence = _("没有选中任何资产。")


class MonthMissingError(AssetsError):
    code = "assets.month_missing"
    sentence = _("这件资产以前月份的折旧还没有记完，请先记到上个月。")


class InspectionStandsError(AssetsError):
    code = "assets.inspection_stands"
    field = "kind"
    sentence = _("“{kind}”已经登记过。周期变了，先点“不再检验”，再登记新的。")


class InspectedSinceError(AssetsError):
    code = "assets.inspected_since"
    field = "done_on"
    sentence = _("这一天或以后已经登记过检验结果。")


class InspectionFailedError(AssetsError):
    code = "assets.inspection_failed"
    sentence = _("“{kind}”上次不合格：复检合格后先登记检验结果，再使用。")


class NextInspectionError(AssetsError):
    code = "assets.next_inspection"
    field = "next_on"
    sentence = _("下次检验的日期须在这次之后。")


class DuePastError(AssetsError):
    code = "assets.due_past"
    field = "due_on"
    sentence = _("归还日期不能早于今天。")


class PayerMissingError(AssetsError):
    code = "assets.payer_missing"
    field = "payer"
    sentence = _("收租金的，要写承租方由谁缴费：在校内有学工号的人，校外的先在“来宾”里登记。")


class RentStandsError(AssetsError):
    code = "assets.rent_stands"
    sentence = _("这张应缴现在是“{state}”，不能撤销；已缴的到财务退费。")


class NobodyToPayError(AssetsError):
    code = "assets.nobody_to_pay"
    field = "fault"
    sentence = _("这件资产没有本人确认过的领用人或借用人，不能定为个人责任。")


class NothingToCloseError(AssetsError):
    code = "assets.nothing_to_close"
    sentence = _("没有等待结账的月份：先记折旧，每个月只结一次。")


class MonthClosedError(AssetsError):
    code = "assets.month_closed"
    field = "month"
    sentence = _("{month} 已结账或正在月结，不能再往这个月记折旧。")


class NotYourUnitError(AssetsError):
    code = "assets.not_your_unit"
    field = "unit"
    sentence = _("您不是这个单位的资产员。")


class MonthOrderError(AssetsError):
    code = "assets.month_order"
    field = "month"
    sentence = _("折旧按月依次记，不能跳月也不能补插：现在该记的是 {month}。")


class BooksChangedError(AssetsError):
    code = "assets.books_changed"
    sentence = _("核对以后台账又有变动，与这次月结的数不同。请作废，重新交财务卡片核对。")


class LossChangedError(AssetsError):
    code = "assets.loss_changed"
    sentence = _("提出意见以后又记了折旧，净值和赔偿已不同。请不同意这一份，重新提出处理意见。")


class OwnThingError(AssetsError):
    code = "assets.own_thing"
    sentence = _("这件事涉及您本人，请由别的经办人办理。")


class TagTakenError(CampusError):
    code = "assets.tag_taken"
    http_status = 409
    field = "file"
    sentence = _("标签 {tag} 已在 {number} 上：先把那件的标签改掉。")


class CardsTwiceError(AssetsError):
    code = "assets.cards_twice"
    field = "file"
    sentence = _("原编号 {number} 等 {count} 张卡片已经登记过，或在另一份还没有办完的旧卡片里。")


class NothingAddedError(AssetsError):
    code = "assets.nothing_added"
    field = "added"
    sentence = _("增加的价值须大于零。")


class NotLargeError(AssetsError):
    code = "assets.not_large"
    sentence = _("单价不到 {sum}，不是大型仪器。")


class ArgumentMissingError(AssetsError):
    code = "assets.argument_missing"
    field = "argument"
    sentence = _("单价 {sum} 起的设备先论证、后购置：请选本单位在取得日期以前批准的大型仪器论证。")


class BeyondArgumentError(AssetsError):
    code = "assets.beyond_argument"
    field = "argument"
    sentence = _("论证批准的是 {count} 台（套）、单价不超过 {sum}，连同别的验收单超过了。")


class ExpertsError(AssetsError):
    code = "assets.experts"
    field = "third"
    sentence = _("三位专家须是不同的人，也不能是提出论证的人。")


class NotHeardError(AssetsError):
    code = "assets.not_heard"
    sentence = _("责任人还没有说明情况：等他说明，或到 {day} 以后再决定。")


class StockItemStandsError(AssetsError):
    code = "assets.stock_item_stands"
    field = "name"
    sentence = _("“{name}”在这个地点已有库存卡。")


class StockShortError(AssetsError):
    code = "assets.stock_short"
    field = "quantity"
    sentence = _("现存 {balance}，不够出这么多。")


class TakerMissingError(AssetsError):
    code = "assets.taker_missing"
    field = "person"
    sentence = _("危险品领出须写领用人。")


class PriceMissingError(AssetsError):
    code = "assets.price_missing"
    field = "price_yuan"
    sentence = _("单价须大于零。")


class FormerNumberError(AssetsError):
    code = "assets.former_number"
    field = "former_number"
    sentence = _("原标签号 {number} 已有卡片或在等登记，或这一行不止一张卡片：一个标签号只给一张卡片。")


class SerialsError(AssetsError):
    code = "assets.serials"
    field = "serials"
    sentence = _("序列号一行一个，每个不超过 {longest} 个字，不能多于 {most} 个。")


class LowValueError(AssetsError):
    code = "assets.low_value"
    sentence = _("低值品不在固定资产账上，不能登记改造增值。")


class NoIncomeError(AssetsError):
    code = "assets.no_income"
    sentence = _("这批处置没有收入，不用上缴。")


class MixedLotError(AssetsError):
    code = "assets.mixed_lot"
    sentence = _("低值品和固定资产分开处置，请各并一批。")


class ValueChangedError(AssetsError):
    code = "assets.value_changed"
    sentence = _("提出以后这件资产的原值变了。请不同意这一份，重新提出。")


class SameUnitError(AssetsError):
    code = "assets.same_unit"
    field = "unit"
    sentence = _("这件资产已经在这个单位。单位里面换人由领用人当面移交，换地方用“换地点”。")


class NotStaffError(AssetsError):
    code = "assets.not_staff"
    sentence = _("{who}不是在职教职工：经办人、验收人和借用人都须是；学生用的由老师借。")


class DayTooEarlyError(AssetsError):
    code = "assets.day_too_early"
    field = "acquired_on"
    sentence = kinds.DayTooEarlyError.sentence


class DayAheadError(AssetsError):
    code = "assets.day_ahead"
    sentence = _("日期不能晚于今天。")


class InvoiceMissingError(AssetsError):
    code = "assets.invoice_missing"
    field = "invoice"
    sentence = _("购置的须写发票号。")


class LineCameError(AssetsError):
    """Lines entered after the page was opened."""

    code = "assets.line_came"
    sentence = _("明细刚有变化，请看过再签字。")


class NotIdleError(AssetsError):
    code = "assets.not_idle"
    sentence = _("这件东西已不在闲置调剂里，或您没有所在单位。")


class FigureError(AssetsError):
    code = "assets.figure"
    field = "sum_fen"
    sentence = _("起点写大于零的金额，比例写 0 到 100 的百分数；两样只写一样。")
