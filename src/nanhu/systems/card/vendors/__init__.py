"""The open interface for vendors (开放接口): issue, query, block, pay, refund; live and in a sandbox of its own.

Owns vendors, their keys, what they asked and were told, their webhooks and the sandbox. Money moves by card_pay and card_refund
alone, as at a terminal; cards are blocked by the loss service and ordered from the part `issuing`.
"""
