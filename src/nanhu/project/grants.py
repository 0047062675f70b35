"""Which process may do what in which table: the one list. `nanhu.kernel.database.roles` applies it after each migration.

A table that is not named here may be read, filled, changed and emptied of rows by web and worker, and is closed to the gateway;
every table of ledger, audit, terminals, payments, campus, access and card is named.
Nobody but the owner may TRUNCATE, ALTER, DROP, make tables, or switch a trigger off. A test holds this list against the
triggers that refuse changes: what a trigger refuses no role is given either.
"""

from collections.abc import Mapping
from typing import Final

from nanhu.kernel.database.roles import ADD, CHANGE, KEEP, READ, Grants, ProcessGrants, Rights

ADDED_ONLY: Final = (
    "assets_closed_line",
    "assets_count_item",
    "assets_count_place",
    "assets_count_row",
    "assets_booked_month",
    "assets_depreciation",
    "assets_inspection_record",
    "assets_movement",
    "assets_receipt_line",
    "assets_receipt_photo",
    "assets_stock_move",
    "kernel_audit_entry",
    "kernel_outage",
    "flows_entry",
    "flows_stood_still",
    "flows_version",
    "identity_sign_in_event",
    "identity_saml_persistent_name",
    "messages_receipt",
    "ledger_transfer",
    "ledger_entry_key",
    "ledger_bill_movement",
    "ledger_fund_movement",
    "card_receipt",
    "card_wallet",
    "card_top_up",
    "card_deduction",
    "card_chip_row",
    "card_load_step",
    "ledger_signing_key",
    "access_passage",
    "card_revocation_change",
    "card_shift_count",
    "openapi_idempotency_record",
    "kernel_submitted_form",
    "terminals_request_log",
    "parties_quota_line",
    "assets_rent",
)
"""Rows are added and never change."""
KEPT: Final = (
    "requests_crew_rollback",
    "requests_token_key",
    "network_address_line",
    "network_reach_closed_network",
    "network_reach_vpn_grant",
    "assets_asset",
    "assets_booked",
    "assets_booked_sum",
    "assets_improvement",
    "assets_inspection",
    "assets_loan",
    "assets_month_close",
    "assets_transfer",
    "assets_letting",
    "assets_argument",
    "assets_disposal",
    "assets_disposal_line",
    "assets_loss",
    "assets_plan",
    "assets_count_result",
    "assets_stock_take",
    "assets_payment",
    "assets_purchase",
    "assets_receipt",
    "assets_reversal",
    "assets_rollback",
    "parties_quota_list_row",
    "assets_instrument",
    "assets_stock_item",
    "campus_room_rollback",
    "directory_duty_rollback",
    "directory_phone_rollback",
    "kernel_draw",
    "kernel_draw_entry",
    "kernel_draw_value",
    "kernel_draw_void",
    "kernel_file",
    "kernel_number",
    "kernel_number_counter",
    "campus_period_table",
    "campus_term",
    "kernel_print_template",
    "kernel_printed_document",
    "ledger_account",
    "ledger_fee_item",
    "card_card",
    "card_cash_exception",
    "card_claim_order",
    "card_claimable",
    "card_correction",
    "card_hold",
    "card_load",
    "card_merchant",
    "card_online_top_up",
    "card_payout_batch",
    "card_payout_row",
    "card_reissue",
    "card_shift",
    "card_till",
    "card_withdrawal",
    "dormitory_room_bill",
    "dormitory_room_list",
    "dormitory_room_rollback",
    "dormitory_room_share",
    "datahub_shared_row",
    "flows_paper_entry",
    "flows_publication",
    "flows_task",
    "openapi_key",
    "payments_deposit",
    "payments_payout",
    "terminals_terminal",
    "terminals_incident",
    "card_settlement",
    "card_chip_suspense",
    "access_emergency",
    "access_rule",
    "card_right_rule",
)
"""Rows change within the bounds of their triggers and never go."""
PAPERS: Final = (
    "assets_card_import",
    "assets_card_row",
    "assets_class",
    "assets_class_import",
    "assets_class_row",
    "assets_count_member",
    "assets_count_team",
    "assets_figure",
    "assets_found_report",
    "assets_hand_over",
    "assets_hand_over_asset",
    "assets_maintenance",
    "assets_service_life",
    "campus_moved_day",
    "campus_room_import",
    "campus_room_import_row",
    "campus_step_run",
    "kernel_heartbeat",
    "kernel_event_delivery",
    "kernel_outbox_event",
    "kernel_progress",
    "kernel_read_only",
    "payments_app_request",
    "card_binding",
    "card_binding_appeal",
    "card_chip",
    "card_chip_suspense_batch",
    "card_code_device",
    "card_code_use",
    "card_contract",
    "card_desk_attempt",
    "card_dispute",
    "access_door",
    "access_anti_passback",
    "access_list",
    "card_fee_payment",
    "card_found_card",
    "card_funding",
    "card_incoming_mail",
    "card_letter",
    "card_limit",
    "card_loss_report",
    "card_order",
    "card_order_proof",
    "card_payout_file",
    "card_pending",
    "card_pin",
    "card_price",
    "card_queue_ticket",
    "card_refund",
    "card_regulation",
    "card_regulation_acceptance",
    "card_revocation",
    "card_spent",
    "card_terminal_day",
    "card_terminal_report",
    "card_terminal_watch",
    "card_unit_delegate",
    "card_vendor_block",
    "card_vendor_consent",
    "card_vendor_merchant",
    "card_vendor_order",
    "card_vendor_payment",
    "card_vendor_refund",
    "card_vendor_sandbox_card",
    "card_vendor_sandbox_order",
    "card_vendor_sandbox_payment",
    "card_vendor_sandbox_refund",
    "card_verification_code",
    "openapi_delivery",
    "openapi_rate_bucket",
    "openapi_request_log",
    "openapi_vendor",
    "openapi_webhook",
    "openapi_webhook_event",
    "terminals_address",
    "terminals_kiosk",
    "terminals_kiosk_alarm",
    "parties_batch",
    "parties_batch_line",
    "payments_agreement",
    "payments_bulk_signing",
    "payments_bulk_signing_row",
    "payments_channel",
    "payments_day_close",
    "payments_day_difference",
    "payments_difference",
    "payments_payout_file",
    "payments_statement",
    "payments_statement_row",
)
"""What the rooms of the card keep about money: it changes, and no page removes a row of it. The worker forgets some by age."""
REMOVED: Final[Mapping[str, str]] = {
    "campus_place": "a room that a sheet added goes when the sheet is rolled back and nothing stands on it, audited with a reason",
    "campus_room": "as its place",
    "campus_occupancy": "a term's set of lessons is replaced as a whole",
    "card_binding_lock": "a lock on a bank card's number ends when the right person binds it",
    "access_list_row": "the list of a door that was taken away",
    "access_presence": "a guard resets who is inside, audited with a reason",
    "card_merchant_user": "who no longer works for a merchant, audited with a reason",
    "card_order_row": "a line of an order that was not sent off yet",
    "card_vendor_unit": "a unit that no longer sponsors a vendor's orders, audited with those that do",
    "card_terminal_gap": "the office sets a terminal's last sequence right, audited with a reason",
    "terminals_next_key": "a key that was used, or offered anew",
    "kernel_saved_view": "a person's own name for an address of a list, which the person takes away",
    "kernel_throttle": "an attempt that succeeded wipes the failures before it",
}
"""The only tables of ledger, audit, terminals, payments and card of which web removes rows, and why."""
OUTBOXES: Final = ("kernel_mail_message", "kernel_sms_message")
"""What is sent to people: any process adds, the worker sends and forgets."""
SEALS: Final = ("kernel_audit_block", "kernel_audit_check", "ledger_block", "ledger_day_root", "ledger_check_note")
"""Written by the worker alone. Re-witnessing under a new key and archiving are the owner's (`nanhu keys`, `nanhu audit`)."""
FORGOTTEN: Final[Mapping[str, Rights]] = {
    "access_passage": ("SELECT", "INSERT", "DELETE"),
    "card_stored_sum": ("SELECT", "DELETE"),
    "ledger_day_sum": ("SELECT", "DELETE"),
    "kernel_submitted_form": ("SELECT", "DELETE"),
    "card_chip_key": ADD,
    **dict.fromkeys(OUTBOXES, CHANGE),
    **dict.fromkeys(
        (
            "terminals_incident",
            "kernel_event_delivery",
            "kernel_outbox_event",
            "kernel_progress",
            "payments_app_request",
            "card_code_use",
            "card_spent",
            "card_verification_code",
            "openapi_rate_bucket",
            "openapi_request_log",
        ),
        CHANGE,
    ),
}
"""The worker, as which commands run too, forgets them by age: passages after half a year, incidents of terminals after a quarter
(triggers keep younger ones), sums of uploads after a week, marks of forms after two days, what devices and vendors asked. It drops the sums of days whose rows
a school brings in from its old system; they are summed anew. It makes master keys for chips."""
DERIVED: Final = (
    "ledger_balance",
    "ledger_day_sum",
    "django_migrations",
    "card_stored_sum",
    "card_terminal_activity",
    "card_limit_breach",
    "card_chip_key",
    "card_bank_order",
    "card_credential",
    "access_shared_card",
    "campus_held",
    "campus_places",
    "datahub_shared",
    "people_known",
    "people_ties",
    "people_units",
    "openapi_open_vendor",
    "terminals_known",
    "terminals_answered",
    "payments_party",
    "payments_signed",
    "payments_movement",
    "payments_deposit_order",
    "payments_payout_order",
)
"""Moved by the owner's own triggers, functions and migrations, or by a command; web reads them."""

BEGUN: Final = ("ledger_bill", "ledger_fund", "ledger_reservation")
"""Added by web and worker, empty as their triggers want them; from then on moved by the owner's triggers alone."""

EVERYBODY: Final[Mapping[str, Rights]] = (
    dict.fromkeys((*ADDED_ONLY, *OUTBOXES, *BEGUN), ADD)
    | dict.fromkeys((*KEPT, *PAPERS), KEEP)
    | dict.fromkeys(REMOVED, CHANGE)
    | dict.fromkeys(SEALS, READ)
    | dict.fromkeys(DERIVED, READ)
)
GATEWAY_CALLS: Final = frozenset(
    {
        "card_pay",
        "card_store",
        "card_chip_store",
        "card_reverse",
        "card_refund",
        "card_release",
        "card_meter",
        "card_recorded",
        "card_revocations",
        "card_terminal_reports",
        "terminals_seen",
        "terminals_refused",
        "card_terminal_repeated",
        "terminals_promote_key",
        "card_pin_look",
        "card_code_device_of",
        "card_code_claim",
        "card_chip_purses",
    }
)
"""All that the gateway may ask for, besides reading terminals, prices and the version of the list of refused cards."""
POSTING: Final = frozenset(
    {
        "ledger_apply",
        "ledger_account_opened",
        "ledger_bill_is_new",
        "ledger_bill_issued",
        "ledger_bill_moved",
        "ledger_fund_reserved",
        "ledger_fund_moved",
        "card_settle_hold",
        "card_end_holds",
        "card_set_off_frozen",
        "card_post_payout",
    }
)
"""What moves money in the database itself: balances, numbers and moments of rows are nobody's to write by hand."""
COUNTING: Final = frozenset(
    {"card_terminal_missed", "card_terminal_refused", "card_terminal_told", "card_terminal_reported", "ledger_sum_day"}
)
"""Guesses and refusals of a terminal are added, and by no process taken away. The sums of a day that is over are made of its rows."""
UPKEEP: Final = frozenset(
    {"ledger_add_months", "identity_sign_in_month", "identity_sign_in_forget", "network_month", "network_forget"}
)
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
                        "terminals_known",
                        "card_till",
                        "card_merchant",
                        "card_price",
                        "card_receipt",
                        "card_revocation",
                        "card_chip_key",
                        "card_terminal_activity",
                    ),
                    READ,
                ),
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
    lockable={"ledger_balance": "moved_at", "ledger_bill": "issued_at", "card_wallet": "person_id"},
    as_owner=GATEWAY_CALLS | POSTING | COUNTING | UPKEEP,
)
