"""Which process may do what in which table: the one list. `nanhu.kernel.database.roles` applies it after each migration.

A table that is not named here may be read, filled, changed and emptied of rows by web and worker, and is closed to the gateway.
Nobody but the owner may TRUNCATE, ALTER, DROP, make tables, or switch a trigger off. A test holds this list against the
triggers that refuse changes: what a trigger refuses no role is given either.
"""

from collections.abc import Mapping
from typing import Final

from nanhu.kernel.database.roles import ADD, CHANGE, KEEP, READ, Grants, ProcessGrants, Rights

ADDED_ONLY: Final = (
    "kernel_audit_entry", "identity_sign_in_event", "identity_saml_persistent_name", "messages_receipt",
    "ledger_transfer", "ledger_entry_key",
    "card_receipt", "card_wallet", "card_top_up", "card_deduction", "card_chip_row", "card_load_step",
    "card_device_request", "card_door_passage", "card_revocation_change", "card_shift_count", "card_vendor_request",
)  # fmt: skip
"""Rows are added and never change."""
KEPT: Final = (
    "ledger_account",
    "card_bank_deposit", "card_bank_payout", "card_card", "card_cash_exception", "card_claim_order", "card_claimable",
    "card_correction", "card_hold", "card_load", "card_merchant", "card_online_top_up", "card_payout_batch",
    "card_payout_row", "card_reissue", "card_room_bill", "card_room_list", "card_room_share", "card_shift", "card_terminal",
    "card_vendor_key", "card_withdrawal",
    "card_settlement", "card_chip_suspense", "card_terminal_incident", "card_door_emergency", "card_door_rule", "card_right_rule",
)  # fmt: skip
"""Rows change within the bounds of their triggers and never go."""
SEALS: Final = ("kernel_audit_block", "kernel_audit_check", "ledger_block", "ledger_day_root", "ledger_check_note")
"""Written by the worker alone. Re-witnessing under a new key and archiving are the owner's (`nanhu keys`, `nanhu audit`)."""
FORGOTTEN: Final[Mapping[str, Rights]] = {
    "card_door_passage": ("SELECT", "INSERT", "DELETE"), "card_stored_sum": ("SELECT", "DELETE"),
    "card_terminal_incident": ("SELECT", "INSERT", "UPDATE", "DELETE"),
}  # fmt: skip
"""The worker forgets them: passages after half a year and incidents of terminals after a quarter (triggers keep younger
ones), sums of uploads after a week."""
DERIVED: Final = ("ledger_balance", "django_migrations", "card_stored_sum")
"""Moved by the owner's own triggers, functions and migrations."""

EVERYBODY: Final[Mapping[str, Rights]] = (
    dict.fromkeys(ADDED_ONLY, ADD)
    | dict.fromkeys(KEPT, KEEP)
    | dict.fromkeys(SEALS, READ)
    | dict.fromkeys(DERIVED, READ)
)
GATEWAY_CALLS: Final = frozenset({
    "card_pay", "card_store", "card_chip_store", "card_reverse", "card_refund", "card_release", "card_meter", "card_told", "card_revocations",
    "card_terminal_reports", "card_terminal_seen", "card_terminal_repeated", "card_terminal_promote_key", "card_pin_look",
    "card_code_device_of", "card_code_claim",
})  # fmt: skip
"""All that the gateway may ask for, besides reading terminals, prices and the version of the list of refused cards."""
POSTING: Final = frozenset({
    "ledger_apply", "ledger_account_opened", "card_settle_hold", "card_end_holds", "card_set_off_frozen", "card_post_payout",
})  # fmt: skip
"""What moves money in the database itself: balances, numbers and moments of rows are nobody's to write by hand."""
UPKEEP: Final = frozenset({"ledger_add_months", "identity_sign_in_month", "identity_sign_in_forget"})
"""Partitions are made ahead, and dropped after the law's half year, without giving the table away."""

GRANTS: Final = Grants(
    processes={
        "web": ProcessGrants(default=CHANGE, tables=EVERYBODY, makes_temporary_tables=True),
        "worker": ProcessGrants(
            default=CHANGE, tables={**EVERYBODY, **dict.fromkeys(SEALS, ADD), **FORGOTTEN}, makes_temporary_tables=True
        ),
        "gateway": ProcessGrants(
            tables={
                **dict.fromkeys(
                    (
                        "card_terminal",
                        "card_terminal_next_key",
                        "card_merchant",
                        "card_price",
                        "card_receipt",
                        "card_revocation",
                    ),
                    READ,
                ),
                "card_terminal_incident": ("INSERT",),
                "kernel_heartbeat": KEEP,
            },
            functions=GATEWAY_CALLS | {"card_day"},
        ),
    },
    own_columns={
        "ledger_transfer": frozenset({"id", "posted_at", "era", "xid"}),
        "card_receipt": frozenset({"id", "posted_at"}),
        "kernel_audit_entry": frozenset({"id", "era", "xid"}),
    },
    lockable={"ledger_balance": "moved_at", "card_wallet": "person_id"},
    as_owner=GATEWAY_CALLS | POSTING | UPKEEP,
)
