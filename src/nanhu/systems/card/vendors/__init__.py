"""The card's operations of the open API (开放接口): query, block, pay, refund, order a temporary card; live and in a sandbox.

Keys, seals, idempotency, webhooks and documents are `platforms.openapi`'s. Money moves by card_pay and card_refund alone, as at a
terminal; cards are blocked by the loss service and ordered from the part `issuing`.
"""
