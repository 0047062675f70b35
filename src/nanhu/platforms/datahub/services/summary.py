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
    return (
        _(
            "批次 #%(batch)d：%(rows)d 行，采用 %(accepted)d，拒绝 %(rejected)d，待核对 %(held)d；"
            "新增 %(created)d，变更 %(changed)d，未变 %(unchanged)d。"
        )
        % facts
    )
