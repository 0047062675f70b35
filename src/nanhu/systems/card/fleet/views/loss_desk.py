"""Loss by telephone, and found cards."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Console, PageRequest
from nanhu.kernel.registry import ALL_FACES, Role
from nanhu.kernel.school import school
from nanhu.systems.card.fleet.forms import FoundForm, PhoneDeskForm
from nanhu.systems.card.fleet.services.found import tell_owner
from nanhu.systems.card.fleet.services.phone_desk import Answers, report_by_phone
from nanhu.systems.card.models import Card
from nanhu.systems.card.policies import PHONE_DESK

OFFICE = _("校园卡管理办公室")
desk = Console(
    "card:phone_desk",
    _("电话挂失"),
    icon="phone",
    owner=OFFICE,
    description=_("核对来电人，马上挂失"),
    roles=[
        Role(
            key=PHONE_DESK,
            name=_("电话挂失值班"),
            description=_("接电话，核对来电人的回答后挂失；看不到卡里的钱和交易"),
        )
    ],
    order=45,
)
finders = Console(
    "card:found",
    _("捡到校园卡"),
    icon="search-check",
    owner=OFFICE,
    description=_("按卡号告诉失主，不显示是谁"),
    allows=lambda _viewer: True,
    section="service",
    faces=ALL_FACES,
    order=60,
)


@desk.form(
    "",
    PhoneDeskForm,
    title=_("电话挂失"),
    lead=_("按下列项目询问，填写来电人的回答，由系统核对；核对结果不显示哪一项不符。"),
    submit=_("核对并挂失"),
    tone="danger",
    icon="phone",
    done=lambda card: _now("已挂失，卡号尾数 %(tail)s。联网的终端现在就拒绝这张卡。") % {"tail": card.number[-4:]},
)
def phone_desk(request: PageRequest, form: PhoneDeskForm) -> Card:
    said = dict(form.cleaned_data)
    reason = said.pop("reason")
    return report_by_phone(by=request.actor, answers=Answers(**said), reason=reason)


@finders.form(
    "",
    FoundForm,
    title=_("捡到校园卡"),
    lead=_("填上卡面的卡号和卡放在哪里，失主马上收到消息。您看不到失主是谁，失主也看不到您是谁。"),
    submit=_("告诉失主"),
    icon="send",
    template="card_fleet/found.html",
    facts=lambda _request: {"school": school()},
    done=_("谢谢您。卡号对得上的话，失主已经收到消息。"),
)
def found(request: PageRequest, form: FoundForm) -> None:
    """The same answer whether there is such a card or not."""
    tell_owner(by=request.actor, **form.cleaned_data)
