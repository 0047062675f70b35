from nanhu.platforms.payments.models.agreements import Agreement, BulkSigning, BulkSigningRow
from nanhu.platforms.payments.models.channels import AppRequest, Channel
from nanhu.platforms.payments.models.days import DayClose, DayDifference
from nanhu.platforms.payments.models.deposits import Deposit
from nanhu.platforms.payments.models.payouts import BankPayout, PayoutFile
from nanhu.platforms.payments.models.statements import Difference, Statement, StatementRow

__all__ = [
    "Agreement",
    "AppRequest",
    "BankPayout",
    "BulkSigning",
    "BulkSigningRow",
    "Channel",
    "DayClose",
    "DayDifference",
    "Deposit",
    "Difference",
    "PayoutFile",
    "Statement",
    "StatementRow",
]
