"""The guard's verification, and the code that a holder shows."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import SIGNED_IN, Console, PageRequest
from nanhu.kernel.registry import Look, Role, looks
from nanhu.kernel.ui import qr
from nanhu.platforms.people import api as people
from nanhu.systems.card.rights.services.deciding import may
from nanhu.systems.card.verification.forms import VerifyForm
from nanhu.systems.card.verification.services import verifying
from nanhu.systems.card.views.frame import own_card

desk = Console(
    "card:verify",
    _("校园卡核验"),
    icon="scan-face",
    owner=_("保卫处"),
    description=_("刷卡或输入核验码，看照片和是否有效"),
    roles=[
        Role(key="card.guard", name=_("门卫核验"), description=_("凭卡号或核验码看持卡人照片和卡是否有效，每次留痕"))
    ],
    order=43,
    styles=["card/card.css", "card_verification/verification.css"],
)
looks.add(Look(key=verifying.LOOK, what=_("核验校园卡：照片、姓名、卡类")))


@desk.lookup(
    "verify/",
    VerifyForm,
    title=_("校园卡核验"),
    lead=_("看照片是不是本人、卡是不是有效。不显示证件号码；每次核验本人都看得到。"),
    submit=_("核验"),
    icon="scan-face",
    keeps=("place",),
    template="card_verification/verify.html",
)
def verify(request: PageRequest, form: VerifyForm) -> verifying.Verified:
    """The place is typed once and stays in the form; the next card needs no key but the reader's own Enter."""
    return verifying.verify(by=request.actor, **form.cleaned_data)


@desk.page("my-code/", title=_("身份核验码"), roles=SIGNED_IN)
def my_code(request: PageRequest) -> HttpResponseBase:
    card = own_card(request)
    code = verifying.code_for(card)
    facts = {
        "card": card,
        "person": people.person_card(card.person_id),
        "code": code,
        "picture": qr.code_of(code.code).svg_inline(scale=5, border=2, svgclass="verify-qr", omitsize=True),
        "decision": may(card, "door"),
    }
    return render(request, "card_verification/my_code.html", facts)
