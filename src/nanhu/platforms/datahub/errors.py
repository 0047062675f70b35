"""Why a whole file is refused. Reasons of single rows are in `findings.py`."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError
from nanhu.kernel.sheets.errors import FileRefusedError, WorkbookBombError


class UnknownSourceError(CampusError):
    code = "datahub.unknown_source"
    http_status = 404
    sentence = _("没有名为 {key} 的来源。已有：{known}。")


class MissingHeadersError(FileRefusedError):
    code = "datahub.missing_headers"
    sentence = _("缺少这些列：{missing}。文件里的列是：{found}。{hint}")


class RunTogetherError(FileRefusedError):
    code = "datahub.run_together"
    sentence = _(
        "这个文件以空格对齐各列，“{found}”之间却没有一条空白能分开两列，认不准，整份没有收。请导出成 CSV 或 Excel 再交。"
    )


class MatchingModelError(CampusError):
    """The import goes on with the program's own model; the doctor says it."""

    code = "datahub.matching_model"
    http_status = 409
    sentence = _("匹配模型文件 {file} 不能用（{fault}）。")


class TrainingFailedError(CampusError):
    code = "datahub.training_failed"
    http_status = 409
    sentence = _("匹配模型没有训练成：{fault}。")


class LargeTableError(CampusError):
    code = "datahub.large_table"
    http_status = 404
    sentence = _("没有这张大表，或它的约定不能用：{file}（{fault}）。")


class LargeTableBusyError(CampusError):
    code = "datahub.large_table_busy"
    http_status = 409
    sentence = _("“{name}”正在接收另一份快照。")


class LargeTablesBusyError(CampusError):
    """It waits for another large table: this machine's memory is bounded."""

    code = "datahub.large_tables_busy"
    http_status = 409
    sentence = _("排队：这台机器同时只读 {most} 张大表，前面的读完一张就轮到。")


class LargeTableFailedError(CampusError):
    code = "datahub.large_table_failed"
    http_status = 409
    sentence = _("这份快照没有收，原有的不变：{fault}。")


class LargeTableLookError(CampusError):
    code = "datahub.large_table_look"
    http_status = 409
    sentence = _("没有看成，什么也没有变：{fault}。请过一会儿再看。")


class HistoryBehindError(CampusError):
    """What offices' files said is found by digests under a key that was changed: the worker writes the files anew."""

    code = "datahub.history_behind"
    http_status = 409
    sentence = _("查找用的密钥换过，历次文件正在后台重新整理（还有 {count} 个）。请过几分钟再看。")


class LargeTableHeldError(CampusError):
    code = "datahub.large_table_held"
    http_status = 409
    sentence = _("“{name}”的快照 #{batch} 先不生效，在它的页面上放行或作废，之后再收下一份：{what}")


class AlreadyImportedError(CampusError):
    """Not a failure for callers: `import_file` turns it into a report that says so."""

    code = "datahub.already_imported"
    http_status = 409
    sentence = _("这个文件已经作为批次 #{batch} 导入过，内容完全相同，没有任何变化。")


class BatchNotFoundError(CampusError):
    code = "datahub.batch_not_found"
    http_status = 404
    sentence = _("没有批次 #{batch}。")


class BatchStateError(CampusError):
    code = "datahub.batch_state"
    http_status = 409
    sentence = _("批次 #{batch} 现在是“{state}”，不能这样做。")


class RollbackRefusedError(CampusError):
    code = "datahub.rollback_refused"
    http_status = 409
    sentence = _("不能回退批次 #{batch}：后来的数据建立在它上面。请先回退：{blockers}。")


class RowStateError(CampusError):
    """Only a rejected row is mended."""

    code = "datahub.row_state"
    http_status = 409
    sentence = _("第 {line} 行现在是“{state}”，不用再改。")


class RowStillWrongError(CampusError):
    keeps_writes = True
    code = "datahub.row_still_wrong"
    http_status = 422
    sentence = _("没有采用，已改的内容留着。还有问题：{reasons}")


class UnknownTableError(CampusError):
    code = "datahub.unknown_table"
    http_status = 404
    sentence = _("没有名为 {key} 的共享表。")


class WriterRefusedError(CampusError):
    """Another writes this table: the source that supplies it now."""

    code = "datahub.writer_refused"
    http_status = 409
    sentence = _("“{table}”现由数据源 {source} 供给，本系统只读。")


class SourceRefusedError(CampusError):
    """The table is written by the system in the box, or by another source."""

    code = "datahub.source_refused"
    http_status = 409
    sentence = _("“{table}”现由{writer}供给，数据源 {source} 的文件不能生效。要换，请在“共享表”里切换供给方。")


class RowsRefusedError(CampusError):
    """Nothing was written. `faults`: what is wrong with which row, counted from nought."""

    code = "datahub.rows_refused"
    http_status = 422
    sentence = _("“{table}”有 {count} 行不对，一行也没有写：{first}")


class PurposeRefusedError(CampusError):
    code = "datahub.purpose_refused"
    http_status = 403
    sentence = _("“{table}”的敏感项不能为“{purpose}”读取。可以的用途：{known}。")


class UnknownFieldError(CampusError):
    code = "datahub.unknown_field"
    sentence = _("“{table}”不能按“{name}”查。")


class TooMuchError(CampusError):
    """A file would do more to a shared table than nobody has seen. `measure`: what, as the gate calls it; `count` of `before`."""

    measure = ""


class TooManyGoneError(TooMuchError):
    """A whole list lacks more of what stands than a mistake may take away; `earlier`: what other files of a day took."""

    measure = "gone"

    code = "datahub.too_many_gone"
    http_status = 409
    sentence = _(
        "现有 {before} 行，文件里少了 {count} 行，一天里的其他文件已少 {earlier} 行：先不生效。请先试运行，看过“文件里没有了”的名单再生效。"
    )


class TooManyHeldError(TooMuchError):
    """So many lines of known rows cannot be read that the file, and not the lines, is at fault."""

    measure = "refused"

    code = "datahub.too_many_held"
    http_status = 409
    sentence = _(
        "现有 {before} 行，文件里有 {count} 行读不出，采用就要把它们都停用：先不生效。请改好文件，或先试运行，看过问题再生效。"
    )


class TooManyChangedError(TooMuchError):
    """So much differs in a file from what stands that a shifted column is likelier than the news; `earlier`: what others of a day changed."""

    measure = "changed"

    code = "datahub.too_many_changed"
    http_status = 409
    sentence = _(
        "现有 {before} 行，文件要改 {count} 行，一天里的其他文件已改 {earlier} 行：先不生效。请先试运行，看过改动再生效。"
    )


class SwitchRefusedError(CampusError):
    code = "datahub.switch_refused"
    http_status = 409
    sentence = _("“{table}”已有一次切换在等复核，或者生效日期在今天以前。")


class CodeRefusedError(CampusError):
    code = "datahub.code_refused"
    http_status = 422
    sentence = _("“{value}”不能这样定：代码和名称要齐，不能与表里现有的重，停用的要是那天还有效的，结束不能早于开始。")
    field = "code"


class AliasRefusedError(CampusError):
    """Empty, already a spelling of the standard, or for a code that the table does not have."""

    code = "datahub.alias_refused"
    http_status = 422
    sentence = _("“{value}”不能加为别名：它已在代码表里，或者没有这个代码。")
    field = "code"


class MappingRefusedError(CampusError):
    code = "datahub.mapping_refused"
    http_status = 422
    sentence = _("各列还没有对好：必填的都要有（缺：{missing}），一列只能用一次。")


class ReleaseRefusedError(CampusError):
    """At red one word is not enough; or the word was given already."""

    code = "datahub.release_refused"
    http_status = 409
    sentence = _("这一批要负责部门确认文件无误，再由一位数据管理员同意，才能放行。已经确认或申请的，不用再来一次。")


class OneIsEnoughError(CampusError):
    code = "datahub.one_is_enough"
    http_status = 409
    sentence = _("这一批一位数据管理员看过就能放行，不用部门确认。")


class OfficeSpeaksError(CampusError):
    """No steward stands in for an office that can speak for itself; what one said for another office, or in its place, is void."""

    code = "datahub.office_speaks"
    http_status = 409
    sentence = _("这一批要由负责部门“{office}”确认文件无误（{who}），别人说的不算数。")


class WordLapsedError(CampusError):
    """Whose word it is lost the post since, or the account."""

    code = "datahub.word_lapsed"
    http_status = 409
    sentence = _("确认的人现在不能替负责部门“{office}”说话了，他的确认不算数：要重新确认（{who}）。")


class NotTheOfficeError(CampusError):
    code = "datahub.not_the_office"
    http_status = 403
    sentence = _("只有负责部门“{office}”能说这份文件对不对。")


class FormerOwnerSpeaksError(CampusError):
    """An office can decide itself whether a source is another's from now on."""

    code = "datahub.former_owner_speaks"
    http_status = 409
    sentence = _("要由现在的负责部门“{office}”决定（{who}），别人不能替它同意。")


class OwnerWaitsError(CampusError):
    code = "datahub.owner_waits"
    http_status = 409
    sentence = _("这个来源已经有一次改负责部门在等决定。")


class LimitWaitsError(CampusError):
    code = "datahub.limit_waits"
    http_status = 409
    sentence = _("这一项已经有一份放宽在等复核。")


class OvertakenError(CampusError):
    """A later list of the same source took effect: what an older one says is no news, and whom it lacks is not gone."""

    code = "datahub.overtaken"
    http_status = 409
    sentence = _("这之后同一来源的名册已经生效（批次 {later}），这一份过时了：请作废；确要用它，请重新交一次。")


class PartedElsewhereError(CampusError):
    """They were one already when this pair was decided."""

    code = "datahub.parted_elsewhere"
    http_status = 409
    sentence = _("这两条是由另一次核对归并的：请到那一次核对里拆开。")


class ReplayTooMuchError(CampusError):
    """What a file may not do unseen, its refused rows may not either."""

    code = "datahub.replay_too_much"
    http_status = 409
    sentence = _("重放会一下子改动太多：{found} 请回退这一批，再把文件重新交一次，由放行来看。")


class NotMendableError(CampusError):
    """A later file of the source says all anew: a row of an older one would undo it."""

    code = "datahub.not_mendable"
    http_status = 409
    sentence = _("共享表的文件不逐行修改：请改好文件，再交一次。")


class SourceAddressError(CampusError):
    code = "datahub.source_address"
    http_status = 422
    field = "address"
    sentence = _("这个地址不能用：{why}。校外的要用 https；校内的主机要先由学校列出。")


class ContractRefusedError(CampusError):
    code = "datahub.contract_refused"
    http_status = 422
    sentence = _("这份约定不能用：{why}。")
    field = "file"


class SourceNotReadyError(CampusError):
    code = "datahub.source_not_ready"
    http_status = 409
    sentence = _("还不能启用：先试一次，要读得出必填的各列。")


class SourceTwiceError(CampusError):
    code = "datahub.source_twice"
    http_status = 409
    sentence = _("这个文件已经由“{name}”在读：两个来源各缺对方的人。先停用那一个。")


class SourceKeyTakenError(CampusError):
    code = "datahub.source_key_taken"
    http_status = 422
    field = "key"
    sentence = _("这个代号已经有了。")


class SourceFailedError(CampusError):
    """What a source said is no good, or it said nothing."""

    code = "datahub.source_failed"
    http_status = 502
    sentence = _("没有读成：{why}")


class SpoolLargeError(WorkbookBombError):
    code = "datahub.spool_large"
    sentence = _("对方给得太多（{what}），没有读入。请只要用得着的列和行，或者读进大表。")


class SourceBusyError(SourceFailedError):
    """It asks to come again after some seconds; 0 where it does not say."""

    code = "datahub.source_busy"
    sentence = _("对方忙，稍后再读：{why}")


class GrantRefusedError(CampusError):
    code = "datahub.grant_refused"
    http_status = 422
    sentence = _("不能这样授权：{why}")
