"""Money back to the bank card of who has left (余额退回银行): one clerk asks, another approves, the bank pays by its next file."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import Badge, Choice, Empty, Filters, Link, Money, PageRequest, Person, Search, Table, Text, Who
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.money import format_yuan
from nanhu.platforms.payments.api import NoAgreementError, active_agreement
from nanhu.systems.card.bank.desk import desk
from nanhu.systems.card.bank.forms import WithdrawalForm
from nanhu.systems.card.funds.models import Withdrawal
from nanhu.systems.card.funds.services import withdrawals as services
from nanhu.systems.card.policies import CLERK
from nanhu.systems.card.queries import card_of

State = Withdrawal.State
TONES: dict[str, Tone] = {State.PAID: "good", State.APPROVED: "info", State.REFUSED: "none"}


class Withdrawals(Table):
    number = Link(_("卡号"), "card__number", to="case", is_number=True)
    holder = Person(_("持卡人"), "card__person_id", sort=False)
    amount_fen = Money(_("金额"))
    to = Text(_("退到"), lambda one: f"{one.bank} …{one.account_tail}")
    reason = Text(_("原因"))
    author = Who(_("申请"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")


class WithdrawalFilters(Filters):
    q = Search("card__number", "author_name")
    state = Choice(_("状态"), State.choices)


withdrawals = desk.proposals(
    "withdrawals/",
    Withdrawal,
    Withdrawals,
    on_approve=lambda by, found: services.approve(by=by, withdrawal=found),
    on_refuse=lambda by, found, answer: services.refuse(by=by, withdrawal=found, answer=answer),
    title=_("余额退回银行"),
    tab=_("余额退回"),
    lead=_("离校的人卡里的钱和待领款，全部退到本人签约的银行卡：一人申请，另一人复核，由下一份付款文件付出。"),
    filters=WithdrawalFilters,
    empty=Empty(title=_("还没有退过"), icon="landmark", action=_("申请退余额"), to="ask_back"),
    found=Withdrawal.objects.select_related("card"),
    roles=[CLERK],
    agree=lambda found: _("同意退 %(sum)s") % {"sum": format_yuan(found.amount_fen)},
    done={"approve": _("已同意，等银行付款。")},
)


@withdrawals.list.form(
    "ask/",
    WithdrawalForm,
    title=_("申请退余额"),
    button=_("申请退余额"),
    submit=_("申请"),
    icon="landmark",
    to="case",
    done=_("已申请，等另一位经办人复核。"),
)
def ask_back(request: PageRequest, form: WithdrawalForm) -> Withdrawal:
    """All that is theirs, to the bank card that they have signed for themselves: nobody types an account."""
    said = form.cleaned_data
    card, agreement = card_of(said["holder"]), active_agreement(said["holder"])
    if card is None:
        raise NotFoundError(what=_("这个人的校园卡"))
    if agreement is None:
        raise NoAgreementError
    to = services.BankCard(bank=agreement.channel.name, tail=agreement.tail, token=agreement.token)
    return services.ask_for_withdrawal(by=request.actor, card=card, to=to, reason=said["reason"], token=said["token"])
