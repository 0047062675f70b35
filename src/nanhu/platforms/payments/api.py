"""The door of payments."""

from nanhu.platforms.payments.acquirer import AcquirerSilentError
from nanhu.platforms.payments.books import BOOKS
from nanhu.platforms.payments.certificates import acquirer_keys, signing_pair
from nanhu.platforms.payments.channels import acquirer_channel, acquirer_of, bank_channel, gateway_of
from nanhu.platforms.payments.day_sources import Custody, Figure, Found, Source, figures, sources, sources_of_custody
from nanhu.platforms.payments.errors import (
    AgreementNotFoundError,
    DayDutiesError,
    DayLongPastError,
    DayNotOverError,
    NoAgreementError,
    PaymentOddError,
    PayoutFileNotFoundError,
)
from nanhu.platforms.payments.gateway import BankAnswer, BankSilentError
from nanhu.platforms.payments.models import (
    Agreement,
    BankPayout,
    BulkSigning,
    Channel,
    DayClose,
    DayDifference,
    Difference,
    PayoutFile,
    Statement,
)
from nanhu.platforms.payments.purposes import PURPOSES, Owed
from nanhu.platforms.payments.services.agreements import active_agreement, change_bank_card, new_number
from nanhu.platforms.payments.services.agreements import cancel as cancel_agreement
from nanhu.platforms.payments.services.agreements import sign as sign_agreement
from nanhu.platforms.payments.services.bulk import sign_all
from nanhu.platforms.payments.services.custody import Crossing, balance_told, crossing
from nanhu.platforms.payments.services.days import by_group, close_day
from nanhu.platforms.payments.services.days import explain as explain_day_difference
from nanhu.platforms.payments.services.differences import credit_holder, explain, propose_credit, refuse_credit
from nanhu.platforms.payments.services.payout_files import payout_lines, read_payout_results
from nanhu.platforms.payments.services.payouts import make_file as make_payout_file
from nanhu.platforms.payments.services.payouts import pay_by_wire
from nanhu.platforms.payments.services.payouts import take_results as take_payout_results
from nanhu.platforms.payments.services.payouts import waiting as waiting_payouts
from nanhu.platforms.payments.services.reconciliation import bank_differences, open_differences
from nanhu.platforms.payments.services.retrying import asked
from nanhu.platforms.payments.services.suspense import open_suspects, suspend
from nanhu.platforms.payments.timing import LEASE, first_look, next_look, pause_after
from nanhu.platforms.payments.uses import USES, Notice, Paid

__all__ = [
    "BOOKS",
    "LEASE",
    "PURPOSES",
    "USES",
    "AcquirerSilentError",
    "Agreement",
    "AgreementNotFoundError",
    "BankAnswer",
    "BankPayout",
    "BankSilentError",
    "BulkSigning",
    "Channel",
    "Crossing",
    "Custody",
    "DayClose",
    "DayDifference",
    "DayDutiesError",
    "DayLongPastError",
    "DayNotOverError",
    "Difference",
    "Figure",
    "Found",
    "NoAgreementError",
    "Notice",
    "Owed",
    "Paid",
    "PaymentOddError",
    "PayoutFile",
    "PayoutFileNotFoundError",
    "Source",
    "Statement",
    "acquirer_channel",
    "acquirer_keys",
    "acquirer_of",
    "active_agreement",
    "asked",
    "balance_told",
    "bank_channel",
    "bank_differences",
    "by_group",
    "cancel_agreement",
    "change_bank_card",
    "close_day",
    "credit_holder",
    "crossing",
    "explain",
    "explain_day_difference",
    "figures",
    "first_look",
    "gateway_of",
    "make_payout_file",
    "new_number",
    "next_look",
    "open_differences",
    "open_suspects",
    "pause_after",
    "pay_by_wire",
    "payout_lines",
    "propose_credit",
    "read_payout_results",
    "refuse_credit",
    "sign_agreement",
    "sign_all",
    "signing_pair",
    "sources",
    "sources_of_custody",
    "suspend",
    "take_payout_results",
    "waiting_payouts",
]
