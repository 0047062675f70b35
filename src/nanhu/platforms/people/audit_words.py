"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.registry import Text
from nanhu.platforms.people.models import Office, OrgUnit, Person, PostList

REASONS: tuple[Text, ...] = (_("已离校"),)
ACTIONS: dict[str, Text] = {
    "people.add_office": _("增加岗位种类"),
    "people.appoint": _("任命岗位"),
    "people.ask_undo_post_list": _("提出回滚岗位名单"),
    "people.undo_post_list": _("回滚岗位名单"),
    "people.keep_post_list": _("不同意回滚岗位名单"),
    "people.approve_post_list": _("同意岗位名单"),
    "people.discard_post_list": _("作废岗位名单"),
    "people.end_post": _("免去岗位"),
    "people.make_post_list": _("交岗位名单"),
    "people.refuse_post_list": _("不同意岗位名单"),
    "people.submit_post_list": _("提交岗位名单"),
    "people.take_post_list": _("岗位名单生效"),
    "people.apply_records": _("更新人员档案"),
    "people.apply_units": _("更新单位"),
    "people.begin_affiliations": _("身份生效"),
    "people.end_affiliations": _("身份到期"),
    "people.merge_persons": _("合并人员档案"),
    "people.part_persons": _("拆分人员档案"),
    "people.rebuild_persons": _("重建人员档案"),
    "people.override_value": _("临时更正"),
    "people.end_override": _("结束临时更正"),
    "people.open_documents": _("查看证件号码"),
    "people.reveal_id_number": _("查看完整证件号"),
    "people.reveal_phone": _("查看完整手机号"),
    "people.revert_change_set": _("撤销档案变更"),
    "people.set_own_pinyin": _("自己改姓名拼音"),
    "people.set_own_portrait": _("自己换头像"),
    "people.remove_own_portrait": _("自己去掉头像"),
    "people.set_photo": _("设置照片"),
    "people.set_photos": _("批量设置照片"),
}
TARGETS: dict[str, Text] = {
    "change_set": _("数据变更"),
    "office": _("岗位种类"),
    "persons": _("人员"),
    "post": _("岗位"),
    "post_list": _("岗位名单"),
}
"""By what stands before the colon."""
NAMES: dict[str, Lookup] = {
    "person": named_in(Person, "pk", "name"),
    "unit": named_in(OrgUnit, "code", "name"),
    "office": named_in(Office, "key", "name"),
    "post_list": named_in(PostList, "public_id", "title"),
}
WHOLE_TARGETS: dict[str, Text] = {
    "photos": _("照片"),
}
FACTS: dict[str, Text] = {
    "batch": _("批次"),
    "rebuilt": _("人数"),
    "voided": _("作废人数"),
    "restored": _("恢复的人"),
    "count": _("数量"),
    "field": _("哪一项"),
    "pinyin": _("姓名拼音"),
    "how_it_ended": _("怎样结束"),
    "ends_on": _("到"),
    "office": _("岗位"),
    "person_ids": _("人员"),
    "starts_on": _("从"),
    "today": _("今天"),
}
