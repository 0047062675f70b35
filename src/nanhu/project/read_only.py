"""What goes on in the emergency read-only mode (应急只读), door by door, with the reason of each."""

from typing import Final

from nanhu.kernel.read_only import GoesOn

SIGNING_IN: Final = "who cannot sign in cannot read, and cannot end it"
SAFETY: Final = "what makes an account or a card safer does not wait"
HAS_HAPPENED: Final = "it has happened already: money changed hands, somebody is on line or went through a door"
SWITCH: Final = "the switch itself"
TRUTH: Final = "audit and ledger stay sealed and have room"

GOES_ON: Final = GoesOn(
    doors={
        "identity:sign_in*": SIGNING_IN,
        "identity:sign_out": SIGNING_IN,
        "identity:front_logout": SIGNING_IN,
        "identity:setup*": SIGNING_IN,
        "identity:activate": SIGNING_IN,
        "identity:activate_code": SIGNING_IN,
        "identity:find_account*": SIGNING_IN,
        "identity:add_totp": SIGNING_IN,
        "identity:add_passkey*": SIGNING_IN,
        "identity:second_factor*": SIGNING_IN,
        "identity:passkey_sign_in*": SIGNING_IN,
        "identity:scan*": SIGNING_IN,
        "identity:cas_*": SIGNING_IN,
        "identity:oidc_*": SIGNING_IN,
        "identity:saml_*": SIGNING_IN,
        "identity:radius_authenticate": SIGNING_IN,
        "identity:radius_visitor": SIGNING_IN,
        "identity:radius_accounting": HAS_HAPPENED,
        "network_portal:wifi": SIGNING_IN,
        "network_portal:on": SIGNING_IN,
        "network_portal:agent": HAS_HAPPENED,
        "network_reach:agent": HAS_HAPPENED,
        "mobile:enter*": SIGNING_IN,
        "mobile:callback": HAS_HAPPENED,
        "identity:forgot_password": SAFETY,
        "identity:reset_*": SAFETY,
        "identity:change_password": SAFETY,
        "identity:end_session": SAFETY,
        "identity:end_other_sessions": SAFETY,
        "identity:new_device_*": SAFETY,
        "identity:revoke_token": SAFETY,
        "identity:revoke_app_password": SAFETY,
        "identity:forget_browser": SAFETY,
        "identity:forget_browsers": SAFETY,
        "identity:remove_passkey": SAFETY,
        "identity:accounts:suspend": SAFETY,
        "identity:accounts:sign_out": SAFETY,
        "card:report_lost": SAFETY,
        "card:counter:loss": SAFETY,
        "card:phone_desk:*": SAFETY,
        "card:code_device_end": SAFETY,
        "card_api:cards_one_block": SAFETY,
        "terminals:services": HAS_HAPPENED,
        "payments_notices:*": HAS_HAPPENED,
        "payments_apps:ask": HAS_HAPPENED,
        "ui:language": "how a page is shown is nobody's data",
        "portal:read_only:*": SWITCH,
    },
    jobs={
        "kernel.seal_audit": TRUTH,
        "kernel.verify_audit": TRUTH,
        "ledger.add_months": TRUTH,
        "ledger.seal": TRUTH,
        "ledger.sum_days": TRUTH,
        "ledger.verify": TRUTH,
        "identity.sign_in_months": TRUTH,
        "network.months": HAS_HAPPENED,
        "identity.send_recovery_code": SAFETY,
        "card.follow_claims": HAS_HAPPENED,
        "card.settle_claims": HAS_HAPPENED,
        "card.end_holds": HAS_HAPPENED,
        "card.bear_losses": "the school promised the holder that money, and the job looks back two days and no further",
        "card_fleet.list_expired": "tills without a network refuse an expired card by this list alone",
    },
    loops={
        "the event relay": "it says that the worker is alive, and delivers nothing meanwhile",
        "kernel_delivery": "codes for signing in are sent",
        "single_logout": SAFETY,
        "network_disconnects": SAFETY,
        "card_bank": HAS_HAPPENED,
        "payments": HAS_HAPPENED,
    },
)
