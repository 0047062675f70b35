"""What people are told of the invoices that they handed in."""

from nanhu.kernel.registry import message_templates, worded

message_templates.add(worded("assets.invoice_contest", "task", "assets:unit:contests"))
message_templates.add(worded("assets.invoice_judged", "task", "assets:unit:receipts"))
