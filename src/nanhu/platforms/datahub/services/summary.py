"""A batch in one sentence."""

from django.utils.translation import gettext as _

from nanhu.platforms.datahub.models import Batch
from nanhu.platforms.datahub.services.imports import BatchReport


def summary_of(report: BatchReport) -> str:
    if report.is_duplicate:
        return _("这个文件已经作为批次 #%d 导入过，内容完全相同，没有任何变化。") % report.batch
    facts = {"batch": report.batch, **report.counts}
    if report.state == Batch.State.REHEARSED:
        return (
            _(
                "试运行 #%(batch)d：%(rows)d 行，会采用 %(accepted)d，拒绝 %(rejected)d，待核对 %(held)d；"
                "会新增 %(created)d，变更 %(changed)d，不变 %(unchanged)d。"
            )
            % facts
        )
    if report.state == Batch.State.WAITING:
        return _("批次 #%d 与现有数据相差太多，先不生效：请看过批次页上的说明和名单再放行。") % report.batch
    if report.state == Batch.State.UNMAPPED:
        return _("批次 #%d 的表头没有见过，或有几列都像同一项：请在批次页上说明哪一列是什么。") % report.batch
    return (
        _(
            "批次 #%(batch)d：%(rows)d 行，采用 %(accepted)d，拒绝 %(rejected)d，待核对 %(held)d；"
            "新增 %(created)d，变更 %(changed)d，未变 %(unchanged)d。"
        )
        % facts
    )
