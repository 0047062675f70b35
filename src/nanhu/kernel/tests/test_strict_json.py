"""One reader for JSON from outside; who reads it otherwise says why."""

import re
from pathlib import Path

import msgspec
import pytest

import nanhu
from nanhu.kernel import strict_json

SOURCE = Path(nanhu.__file__).parent
READS = re.compile(r"(?<!strict_)json\.(loads?|decode|Decoder)\(")
READ_OTHERWISE = {
    "kernel/strict_json.py": "the reader itself",
    "sample/jobs.py": "a file for our emulators",
    "kernel/audit/verify_audit.py": "a program of one file for auditors, as strict by itself",
    "platforms/ledger/verify_statement.py": "a program of one file for auditors, as strict by itself",
    "systems/card/gateway/requests.py": "a faster first reading; members that stand twice are refused by the reader",
    "platforms/payments/views/app_endpoint.py": "an answer that we kept ourselves",
    "kernel/backup/manifest.py": "written by us, under the backup's own checksum",
    "kernel/crypto/keyring.py": "written by us, 0600",
    "kernel/delivery/template.py": "of the school's own file",
    "kernel/manual.py": "written by our own run",
    "kernel/processes/nursery.py": "an order of our own supervisor",
    "kernel/processes/report.py": "written by our own supervisor",
    "platforms/datahub/services/landing.py": "written by us into the database",
    "platforms/datahub/feeding/sftp_process.py": "between two processes of ours",
    "sample/demo/hub.py": "a file for our emulators",
    "platforms/datahub/matching/model.py": "of the program's or the school's own file",
    "platforms/datahub/matching/trainer.py": "written by us, and the answer of a process of ours",
    "platforms/datahub/matching/training.py": "labelled rows of an engineer, each read by its declared shape",
    "platforms/datahub/history/as_of.py": "sealed by us in a file of our own writing",
    "platforms/datahub/history/parquet.py": "written by us into the database",
    "platforms/datahub/warehouse/duckdb_engine.py": "an order of a process of ours",
    "platforms/datahub/warehouse/engines.py": "written by us, and the answer of a process of ours",
    "platforms/datahub/warehouse/spark_engine.py": "an order of a process of ours",
    "platforms/datahub/reading/oldbook.py": "written by a process of ours",
    "kernel/invoices/reading.py": "written by a process of ours",
    "platforms/datahub/reading/spool.py": "a file of our own writing; none that is handed in is named so",
    "platforms/datahub/sharing/pages.py": "written by us into the database",
    "platforms/datahub/services/mending.py": "written by us into the database",
    "kernel/draw/verify_draw.py": "a program of one file for strangers, as strict by itself",
    "platforms/datahub/services/settle_shared.py": "written by us into the database",
    "platforms/datahub/shared_rows/agreeing.py": "written by us into the database",
    "platforms/datahub/shared_rows/keeping.py": "written by us into the database",
    "platforms/datahub/shared_rows/reading.py": "written by us into the database",
    "platforms/portal/personal_data.py": "written by us into the database",
    "platforms/portal/integrations/values.py": "written by us into the database",
    "services/mobile/adapters/wecom/line.py": "of the school's own file",
    "services/network/services/readmission.py": "the answer of a function of our database",
    "platforms/flows/archiving.py": "sealed by us in the database",
    "platforms/flows/exporting.py": "sealed by us in the database",
    "platforms/flows/body.py": "a version that was published, of our own writing",
    "platforms/flows/judging.py": "sealed by us in the database",
    "platforms/flows/papers.py": "sealed by us in the database",
    "platforms/flows/presented.py": "sealed by us in the database",
    "platforms/identity/factors/services/passkeys.py": "read by py_webauthn; of our own only a hint for later",
    "platforms/identity/front/people.py": "the answer of a function of our database",
    "platforms/identity/protocols/radius/sign_in_front.py": "the answer of a function of our database",
    "platforms/identity/protocols/oidc/services/clients.py": "of what was read and written before",
    "platforms/identity/protocols/oidc/services/keys.py": "a key of our own",
    "platforms/identity/services/tickets.py": "written by us into the database",
    "platforms/people/models/golden.py": "written by us into the database",
    "platforms/people/services/apply.py": "written by us into the database",
    "platforms/people/services/revert.py": "written by us into the database",
    "sample/demo/step_log.py": "written by us",
    "sample/truth.py": "written by us",
    "sample/management/commands/card_outside.py": "a file for our emulators",
    "systems/card/chip/management/commands/card_chips.py": "a file for our emulators",
    "systems/card/vendors/management/commands/card_vendor.py": "a file for our emulators",
}


def test_all_that_is_read_from_outside_goes_through_it():
    """A new reader of JSON stands on the strict one, or says here why it need not."""
    readers = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if not {"tests", "testing", "emulators"} & set(path.parts) and READS.search(path.read_text("utf-8"))
    }
    assert readers == READ_OTHERWISE.keys()


@pytest.mark.parametrize(
    "body",
    [
        b'{"amount_fen": 1, "amount_fen": 100}',
        b'{"a": {"b": 1, "b": 1}}',
        b'[{"a": 1, "\\u0061": 2}]',
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        b"",
        b"[" * 100_000,
    ],
)
def test_it_refuses_what_two_readers_would_read_differently(body):
    with pytest.raises(strict_json.JsonError):
        strict_json.decode(body)


def test_it_reads_the_rest_and_tells_what_fits_no_type():
    assert strict_json.decode('{"名": [1, 2.5, null], "b": {"名": true}}') == {"名": [1, 2.5, None], "b": {"名": True}}
    with pytest.raises(msgspec.ValidationError):
        strict_json.decode(b'{"a": "x"}', dict[str, int])
