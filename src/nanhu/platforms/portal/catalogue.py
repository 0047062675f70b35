"""The fourteen systems that the manual names, with the office of each. Which of them there are is said by rooms and integrations."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text


@dataclass(frozen=True, slots=True)
class NamedSystem:
    key: str
    name: Text
    icon: str
    office: Text


FOURTEEN: Final = (
    NamedSystem("office", _("OA 办公系统"), "file-text", _("党政办公室")),
    NamedSystem("academic", _("教务系统"), "calendar-days", _("教务处")),
    NamedSystem("hr", _("人事系统"), "id-card", _("人事处")),
    NamedSystem("finance", _("财务系统"), "receipt", _("计划财务处")),
    NamedSystem("library", _("图书馆"), "book-open", _("图书馆")),
    NamedSystem("dormitory", _("宿舍管理"), "bed", _("学生工作处")),
    NamedSystem("onboarding", _("迎新系统"), "door-open", _("学生工作处")),
    NamedSystem("departure", _("离校系统"), "luggage", _("学生工作处")),
    NamedSystem("research", _("科研系统"), "flask-conical", _("科研处")),
    NamedSystem("assets", _("资产系统"), "package", _("国有资产处")),
    NamedSystem("websites", _("站群系统"), "globe", _("党委宣传部")),
    NamedSystem("mail", _("企业邮箱"), "mail", _("信息中心")),
    NamedSystem("learning", _("网络教学平台"), "graduation-cap", _("教务处")),
    NamedSystem("labs", _("仪器共享平台"), "microscope", _("实验室管理处")),
)
