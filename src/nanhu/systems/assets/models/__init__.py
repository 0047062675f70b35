from nanhu.systems.assets.models.deciding import Decided
from nanhu.systems.assets.models.depreciation import (
    Booked,
    BookedMonth,
    BookedSum,
    ClosedLine,
    Depreciation,
    Improvement,
    MonthClose,
    Plan,
)
from nanhu.systems.assets.models.disposing import ApprovalLevel, Disposal, DisposalLine, Loss
from nanhu.systems.assets.models.importing import CardImport, CardRow, ClassImport, ClassRollback, ClassRow, Rollback
from nanhu.systems.assets.models.inspecting import Inspection, InspectionRecord
from nanhu.systems.assets.models.invoices import Contest, Invoice, InvoiceFile, ReceiptFlag
from nanhu.systems.assets.models.lending import Letting, Loan, Rent
from nanhu.systems.assets.models.moving import HandOver, Maintenance, Movement, Transfer
from nanhu.systems.assets.models.receiving import (
    Argument,
    Payment,
    Purchase,
    Receipt,
    ReceiptLine,
    ReceiptPhoto,
    Reversal,
)
from nanhu.systems.assets.models.stock import Instrument, StockItem, StockMove
from nanhu.systems.assets.models.things import Asset, Classification, Figure, ServiceLife

__all__ = [
    "ApprovalLevel",
    "Argument",
    "Asset",
    "Booked",
    "BookedMonth",
    "BookedSum",
    "CardImport",
    "CardRow",
    "ClassImport",
    "ClassRollback",
    "ClassRow",
    "Classification",
    "ClosedLine",
    "Contest",
    "Decided",
    "Depreciation",
    "Disposal",
    "DisposalLine",
    "Figure",
    "HandOver",
    "Improvement",
    "Inspection",
    "InspectionRecord",
    "Instrument",
    "Invoice",
    "InvoiceFile",
    "Letting",
    "Loan",
    "Loss",
    "Maintenance",
    "MonthClose",
    "Movement",
    "Payment",
    "Plan",
    "Purchase",
    "Receipt",
    "ReceiptFlag",
    "ReceiptLine",
    "ReceiptPhoto",
    "Rent",
    "Reversal",
    "Rollback",
    "ServiceLife",
    "StockItem",
    "StockMove",
    "Transfer",
]
