"""Assets (资产管理): each thing of the school from its receipt to its disposal, who answers for it, where it stands, what it is worth.

Owns: the things, their classes and service lives, receipts, movements, loans, repairs, losses, disposals, depreciation by month and
its close against finance's sums; counting (盘点) is its package `counting`. Does not own: places (campus), persons, units and posts
(people), bills (ledger). Stands on: people, campus, ledger, identity.
"""
