"""The open API (开放接口) of every room: vendors, their keys and scopes, sealed and idempotent requests, webhooks, a sandbox.

Knows no card and no merchant: a room registers an `Interface` of operations, and `/api/<room>/v1/…`, its OpenAPI description and
its developers' page are made of that.
"""
