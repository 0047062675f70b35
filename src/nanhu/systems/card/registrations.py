"""What the portal, the doctor and the process list show of the card."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.processes import ProcessSpecification, processes
from nanhu.kernel.registry import PersonalData, SchoolRules
from nanhu.systems.card.checks import gateway_works, receipts_agree
from nanhu.systems.card.limits import read_counter
from nanhu.systems.card.personal_data import card_records, transaction_records
from nanhu.systems.card.process import gateway_command
from nanhu.systems.card.services.loss import cool_off, may_holder_cancel

registry.personal_data.add(
    PersonalData(key="card.cards", title=_("校园卡"), load=card_records, order=30),
    PersonalData(
        key="card.transactions",
        title=_("校园卡交易"),
        load=transaction_records,
        order=31,
        description=_("时间、商户、金额、余额"),
    ),
)
registry.checks.add(registry.Check(key="card.receipts", title=_("校园卡凭证"), run=receipts_agree, order=45))
registry.checks.add(registry.Check(key="card.gateway", title=_("终端网关"), run=gateway_works, order=33))
processes.add(
    ProcessSpecification(
        key="gateway",
        command=gateway_command,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.gateway_port}/health",
        database_role="gateway",
        from_nursery=True,
        order=30,
    )
)
registry.school_rules.add(
    SchoolRules(key="card", read=read_counter),
    SchoolRules(key="card.loss_cool_off", read=cool_off),
    SchoolRules(key="card.loss_self_service", read=may_holder_cancel),
)
