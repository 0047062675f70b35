"""The door of payments."""

from nanhu.platforms.payments.account_groups import AccountGroup, account_groups, group_name
from nanhu.platforms.payments.accounts import BANK_ACCOUNT, clearing_account
from nanhu.platforms.payments.acquirer import AcquirerSilentError
from nanhu.platforms.payments.app_operations import APP_OPERATIONS, AppOperation, AppQuestion
from nanhu.platforms.payments.books import BOOKS
from nanhu.platforms.payments.channels import acquirer_channel, acquirer_of, gateway_of
from nanhu.platforms.payments.day_sources import Figure, Found, Source, figures, sources
from nanhu.platforms.payments.deposit_sources import DepositSource, deposit_sources
from nanhu.platforms.payments.errors import (
    AgreementNotFoundError,
    NoAgreementError,
    PaymentOddError,
    RequestReusedError,
)
from nanhu.platforms.payments.gateway import BankAnswer, BankSilentError
from nanhu.platforms.payments.models import (
    Agreement,
    BankPayout,
    Channel,
    Difference,
)
from nanhu.platforms.payments.purposes import PURPOSES, Owed
from nanhu.platforms.payments.services.agreements import active_agreement, change_bank_card, new_number
from nanhu.platforms.payments.services.agreements import cancel as cancel_agreement
from nanhu.platforms.payments.services.agreements import sign as sign_agreement
from nanhu.platforms.payments.services.days import close_day
from nanhu.platforms.payments.services.payouts import pay_by_wire
from nanhu.platforms.payments.services.retrying import bank_step
from nanhu.platforms.payments.services.suspense import suspend
from nanhu.platforms.payments.timing import LEASE, first_look, next_look, pause_after
from nanhu.platforms.payments.uses import USES, Notice, Paid, Terms

__all__ = [
    "APP_OPERATIONS",
    "BANK_ACCOUNT",
    "BOOKS",
    "LEASE",
    "PURPOSES",
    "USES",
    "AccountGroup",
    "AcquirerSilentError",
    "Agreement",
    "AgreementNotFoundError",
    "AppOperation",
    "AppQuestion",
    "BankAnswer",
    "BankPayout",
    "BankSilentError",
    "Channel",
    "DepositSource",
    "Difference",
    "Figure",
    "Found",
    "NoAgreementError",
    "Notice",
    "Owed",
    "Paid",
    "PaymentOddError",
    "RequestReusedError",
    "Source",
    "Terms",
    "account_groups",
    "acquirer_channel",
    "acquirer_of",
    "active_agreement",
    "bank_step",
    "cancel_agreement",
    "change_bank_card",
    "clearing_account",
    "close_day",
    "deposit_sources",
    "figures",
    "first_look",
    "gateway_of",
    "group_name",
    "new_number",
    "next_look",
    "pause_after",
    "pay_by_wire",
    "sign_agreement",
    "sources",
    "suspend",
]
