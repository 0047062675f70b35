"""Expected failures of counting."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class NothingToCountError(CampusError):
    code = "assets.nothing_to_count"
    http_status = 409
    sentence = _("这个范围里没有要盘点的资产。")


class NobodyCountsError(CampusError):
    code = "assets.nobody_counts"
    http_status = 409
    sentence = _("还没有盘点小组：先排好谁来盘。")


class NothingOpenError(CampusError):
    code = "assets.nothing_open"
    http_status = 409
    sentence = _("没有需要复盘的资产，可以直接提交结果。")


class NoSuchMembersError(CampusError):
    code = "assets.no_such_members"
    field = "members"
    sentence = _("没有这些学工号：{numbers}。")


class BatchRefusedError(CampusError):
    """The phone sent something that is no batch of rows."""

    code = "assets.batch_refused"
    sentence = _("上传的内容不完整或格式不对，一条也没有收。")


class NoLabelError(CampusError):
    code = "assets.no_label_in_photo"
    http_status = 422
    sentence = _("照片里没有读出资产标签：请靠近些、对准二维码再拍，或输入编号。")


class AnotherLabelError(CampusError):
    """The label that is pasted on it is that of another thing."""

    code = "assets.another_label"
    http_status = 422
    sentence = _("照片里的标签是 {found}，不是 {asked}：标签贴错了，或拍错了。请看清楚再拍。")


class SamePhotoError(CampusError):
    code = "assets.same_photo"
    http_status = 409
    sentence = _("这张照片以前交过：要证明东西现在在，请现在拍一张。")


class CountedThemselvesError(CampusError):
    code = "assets.counted_themselves"
    http_status = 409
    sentence = _("您参加了这次盘点，不能复核它的结果。")
