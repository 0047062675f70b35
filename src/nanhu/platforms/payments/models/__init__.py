from nanhu.platforms.payments.models.agreements import Agreement, BulkSigning, BulkSigningRow
from nanhu.platforms.payments.models.channels import Channel
from nanhu.platforms.payments.models.statements import Difference, Statement, StatementRow

__all__ = ["Agreement", "BulkSigning", "BulkSigningRow", "Channel", "Difference", "Statement", "StatementRow"]
