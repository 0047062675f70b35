"""The clock of the house: each job that only the clock calls, and each loop of the worker, as they are registered.

A room's test calls such a job by its name, and stays green when nobody else does: that is told here. A new job is written into
CRONS and a new loop into LOOPS, by somebody who has thought of its hour, and into CLAUSES what of the manual waits for it.
"""

import json
import os
import subprocess
import sys

import pytest
from procrastinate.contrib.django import app

from nanhu.kernel.jobs.companions import companions

CRONS = {
    "access.forget_passages": "37 4 * * *",
    "access.publish_days": "41 3 * * *",
    "assets.bill_rents": "47 4 * * *",
    "assets.publish": "23 4 * * *",
    "assets.resume": "*/9 * * * *",
    "card.bear_losses": "* * * * *",
    "card.bear_older_losses": "35 4 * * *",
    "card.bring_over_merged": "*/10 * * * *",
    "card.end_holds": "* * * * *",
    "card.follow_claims": "* * * * *",
    "card.forget_binding_failures": "17 * * * *",
    "card.forget_spent": "52 3 * * *",
    "card.forget_stored_sums": "57 3 * * *",
    "card.publish_cards": "7 * * * *",
    "card.resume_payouts": "*/7 * * * *",
    "card.return_unclaimed": "23 4 * * *",
    "card.settle": "45 0 * * *",
    "card.settle_claims": "*/5 * * * *",
    "card.tell_due_funds": "*/10 * * * *",
    "card_codes.forget_uses": "17 4 * * *",
    "card_fleet.list_expired": "7 0 * * *",
    "card_fleet.watch_sequences": "* * * * *",
    "card_issuing.move_school_years_on": "40 2 * * *",
    "card_issuing.read_mailbox": "*/2 * * * *",
    "card_issuing.tell_sponsors": "20 8 * * *",
    "card_verification.forget_codes": "*/30 * * * *",
    "card_vendors.publish_settled": "*/10 * * * *",
    "datahub.copy_golden": "* * * * *",
    "datahub.count_readings": "* * * * *",
    "datahub.end_missing": "25 * * * *",
    "datahub.forget_fields": "55 3 * * *",
    "datahub.keep_history": "*/5 * * * *",
    "datahub.prune_rows": "40 3 * * *",
    "datahub.share_nightly": "50 2 * * *",
    "datahub.sweep_uploads": "35 * * * *",
    "directory.ask_to_confirm": "13 1 * * *",
    "directory.lapse_exchanges": "47 * * * *",
    "directory.publish": "17 * * * *",
    "directory.tell_tomorrow": "*/30 * * * *",
    "dormitory.resume_room_lists": "*/7 * * * *",
    "draw.keep_hours": "* * * * *",
    "files.remove_overdue": "27 3 * * *",
    "flows.assign_outside": "40 * * * *",
    "flows.archive": "45 3 * * *",
    "flows.assign_vacant": "20 * * * *",
    "flows.expire_idle": "35 1 * * *",
    "flows.forget_contents": "25 3 * * *",
    "flows.forget_drafts": "10 3 * * *",
    "flows.forget_outside": "50 2 * * *",
    "flows.measure": "15 3 * * *",
    "flows.publish": "5 2 * * *",
    "flows.publish_rows": "25 * * * *",
    "flows.settle_fees": "*/2 * * * *",
    "flows.stand_still": "* * * * *",
    "flows.tell_late": "*/10 * * * *",
    "identity.drop_data_copies": "30 3 * * *",
    "identity.follow_dates": "*/5 * * * *",
    "identity.oidc_rotate_keys": "17 3 * * *",
    "identity.oidc_sweep": "*/15 * * * *",
    "identity.saml_feeds": "*/10 * * * *",
    "identity.sign_in_months": "23 2 * * *",
    "identity.sweep": "*/10 * * * *",
    "identity.sweep_factors": "*/10 * * * *",
    "identity.sweep_recovery": "*/10 * * * *",
    "identity_registry.look_at_applications": "*/3 * * * *",
    "kernel.carry_roots": "53 2 * * *",
    "kernel.expire_proposals": "23 * * * *",
    "kernel.forget_messages": "*/10 * * * *",
    "kernel.forget_submitted_forms": "17 3 * * *",
    "kernel.seal_audit": "* * * * *",
    "kernel.take_up_stalled": "* * * * * */20",
    "kernel.tidy_events": "17 3 * * *",
    "kernel.verify_audit": "41 2 * * *",
    "ledger.add_months": "17 2 * * *",
    "ledger.end_deferrals": "21 0 * * *",
    "ledger.seal": "* * * * *",
    "ledger.sum_days": "7 0 * * *",
    "ledger.verify": "11 3 * * *",
    "lostfound.nightly": "12 0 * * *",
    "lostfound.reviews": "*/10 * * * *",
    "messages.forget_old": "33 3 * * *",
    "messages.look_after": "* * * * *",
    "messages.tell_due": "* * * * *",
    "mobile.compare": "17 4 * * *",
    "mobile.follow": "23 1 * * *",
    "mobile.forget": "41 1 * * *",
    "mobile.publish": "43 * * * *",
    "network.forget": "47 2 * * *",
    "network.months": "29 2 * * *",
    "network.publish": "52 3 * * *",
    "network.sum_hours": "7 * * * *",
    "network.watch": "*/5 * * * *",
    "network_portal.forget": "37 3 * * *",
    "network_portal.settle": "* * * * *",
    "network_reach.close_due": "20 0 * * *",
    "network_reach.forget_uses": "30 3 * * *",
    "network_reach.look_at_resources": "*/5 * * * *",
    "network_reach.publish": "25 * * * *",
    "network_reach.put_off": "* * * * *",
    "openapi.forget_requests": "47 3 * * *",
    "openapi.pause_silent": "*/5 * * * *",
    "parties.forget": "57 3 * * *",
    "parties.read_quotas": "19 * * * *",
    "payments.close_day": "25 0 * * *",
    "payments.forget_app_requests": "17 * * * *",
    "payments.reconcile": "20 6 * * *",
    "people.follow_calendar": "5 * * * *",
    "portal.fetch_weather": "*/30 * * * *",
    "portal.follow_copies": "25 3 * * *",
    "portal.forget_missed": "15 3 * * *",
    "portal.forget_values": "50 3 * * *",
    "portal.index": "*/5 * * * *",
    "portal.look_at_frames": "40 3 * * *",
    "portal.publish": "37 * * * *",
    "portal.read_feeds": "*/10 * * * *",
    "portal.tell_ending_grants": "20 8 * * *",
    "portal.watch_corrections": "*/10 * * * *",
    "portal.watch_systems": "* * * * *",
    "requests.close_overdue": "12 2 * * *",
    "requests.dispatch": "*/15 * * * *",
    "requests.find_handlers": "2 4 * * *",
    "requests.forget_crew_lists": "32 2 * * *",
    "requests.forget_phones": "22 2 * * *",
    "requests.forget_words": "52 2 * * *",
    "requests.mix": "32 3 * * *",
    "requests.publish": "42 * * * *",
    "requests.tell_late": "*/5 * * * *",
    "terminals.forget_incidents": "47 3 * * *",
    "terminals.watch_kiosks": "* * * * *",
    "venues.forget": "40 3 * * *",
    "venues.publish": "12 * * * *",
    "venues.watch": "*/5 * * * *",
}
LOOPS = {
    "card_bank": {"Load", "OnlineTopUp"},
    "datahub_sources": {"DataSource"},
    "kernel_delivery": {"MailMessage", "SmsMessage"},
    "messages_parcels": {"Parcel"},
    "messages_router": set(),
    "mobile_members": {"Member", "Outgoing"},
    "network_disconnects": {"Disconnect"},
    "openapi": {"Delivery"},
    "parties": {"Batch", "Inquiry"},
    "payments": {"Agreement", "BankPayout"},
    "single_logout": {"SsoGrant"},
}
"""The kinds of rows that each looks after; the router has none, it reads what is told in its order. `datahub_lineage` turns
only where the school names a catalogue."""
CLAUSES = {
    "card.end_holds": ("A099.2",),
    "card.follow_claims": ("A148.1",),
    "card.return_unclaimed": ("A145.2", "A148.4"),
    "card.settle": ("A090.2",),
    "card.settle_claims": ("A149.2",),
    "card.tell_due_funds": ("A122.5",),
    "card_bank": ("A136.1", "A136.3", "A139.1", "A148.1"),
    "card_fleet.list_expired": ("A094.2",),
    "card_issuing.move_school_years_on": ("A093.2",),
    "card_issuing.read_mailbox": ("A111.2",),
    "card_issuing.tell_sponsors": ("A094.3",),
    "datahub.end_missing": ("A001.2",),
    "datahub_sources": ("A001.1",),
    "directory.ask_to_confirm": ("A081.3",),
    "directory.tell_tomorrow": ("A169.1",),
    "kernel_delivery": ("A043.4", "A045.2", "A045.3", "A106.3"),
    "lostfound.nightly": ("A073.4",),
    "lostfound.reviews": ("A073.3",),
    "messages.tell_due": ("A036.7",),
    "messages_parcels": ("A075.3",),
    "messages_router": ("A025.1", "A075.3"),
    "mobile.follow": ("A058.2",),
    "mobile_members": ("A058.1",),
    "network.watch": ("A174.1",),
    "network_disconnects": ("A008.2", "A174.1"),
    "network_reach.close_due": ("A160.2",),
    "payments": ("A085.1", "A142.2"),
    "payments.close_day": ("A015.3",),
    "payments.reconcile": ("A137.2",),
    "people.follow_calendar": ("A094.2",),
    "portal.fetch_weather": ("A038.1",),
    "portal.index": ("A031.1",),
    "portal.look_at_frames": ("A026.3",),
    "portal.read_feeds": ("A067.1",),
    "portal.watch_corrections": ("A035.3",),
    "portal.watch_systems": ("A009.1",),
    "requests.dispatch": ("A078.3",),
    "requests.tell_late": ("A054.2", "A076.4", "A079.2"),
    "single_logout": ("A002.4",),
    "terminals.watch_kiosks": ("A140.1",),
    "venues.watch": ("A080.4",),
}
"""What of the manual nobody would see any more without the job or loop."""


def jobs() -> dict[str, str]:
    """By name, the hours of each that the worker goes by."""
    return {name: one.cron for (name, _number), one in app.periodic_registry.periodic_tasks.items()}


def kinds_of(name: str) -> set[str]:
    """The rows that the loop looks after."""
    loop = companions[name]
    return {kind.model.__name__ for kind in loop.args[0]} if loop.args else set()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.capability(*clauses)) for name, clauses in CLAUSES.items()]
)
def test_what_the_manual_promises_without_a_hand_has_its_job_or_loop(name):
    if name in LOOPS:
        assert kinds_of(name) == LOOPS[name]
    else:
        assert jobs().get(name) == CRONS[name]


OF_THE_DEMO = {"sample.go_on_line_again": "*/10 * * * *"}
"""What a school's own campus has not."""


@pytest.mark.slow
@pytest.mark.parametrize(("demo", "more"), [("0", {}), ("1", OF_THE_DEMO)], ids=["a school's own", "demo"])
def test_a_process_that_has_only_begun_has_these_jobs_and_loops_and_no_others(demo, more):
    """Here another test may have loaded the module of a job, which no process of the house does."""
    asked = "import django; django.setup(); from nanhu.project.tests import test_clock; test_clock.tell()"
    env = {**os.environ, "NANHU_DEMO": demo}
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, env=env).stdout
    known = json.loads(said)
    assert known["jobs"] == CRONS | more
    assert known["loops"] == {name: sorted(kinds) for name, kinds in LOOPS.items()}


def tell() -> None:
    loops = {name: sorted(kinds_of(name)) for name in companions if name != "datahub_lineage"}
    sys.stdout.write(json.dumps({"jobs": jobs(), "loops": loops}))
