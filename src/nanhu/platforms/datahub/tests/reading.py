"""An emulated vendor's system in a process of its own, and a source that reads it."""

import json
import subprocess
import sys
import urllib.request
from contextlib import suppress

from nanhu.kernel import remembered
from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.retries import drive
from nanhu.platforms.datahub.feeding.reading import READINGS
from nanhu.platforms.datahub.models import DataSource
from nanhu.testing.patience import PATIENCE_SECONDS

TERM = "2026-2027-1"


class VendorSystem:
    def __init__(self):
        command = [sys.executable, "-m", "nanhu.emulators.feeding", "0"]
        self.process = subprocess.Popen(dying_with_parent(command), stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.address = f"http://127.0.0.1:{self.port}"

    def says(self, rows, *moods):
        self.post("/rows", rows)
        self.post("/moods", list(moods))

    def post(self, path, said):
        urllib.request.urlopen(self.address + path, json.dumps(said).encode(), timeout=PATIENCE_SECONDS).read()  # noqa: S310  (our own process)

    def close(self):
        self.process.kill()
        self.process.wait()
        with suppress(OSError):
            self.process.stdout.close()


def lesson(campus_no="14231100001", section="JX01", course="MA101", **other):
    """As dirty as it comes: full width, blanks, its own words for codes."""
    return {
        "xnxq": TERM,
        "jxb": f" {section} ",
        "stu": campus_no,
        "kch": course,
        "kcmc": "高等数学Ａ",
        "bz": "C",
    } | other


HTTP = {
    "key": "aa.lessons",
    "name": "选课（接口）",
    "office": "教务处",
    "fills": "academic.roster",
    "columns": "学年学期 = xnxq\n教学班号 = jxb\n学号 = stu\n课程号=kch\n课程名称 ＝ kcmc\n修读方式 = bz",
    "values": "修读方式.C = first\n修读方式.X = again",
    "is_whole": "on",
    "user_name": "X-Api-Key",
    "secret": "open-sesame",
    "every_minutes": "15",
    "stale_minutes": "60",
    "expected_rows": "",
    "tolerance": "20",
    "rows_at": "data.list",
    "total_at": "data.total",
    "paging": "page",
    "page_name": "page",
    "size_name": "size",
    "page_size": "2",
}


def made_by(steward, **changes):
    answer = steward.post("/datahub/sources/new/http/", HTTP | changes)
    assert answer.status_code == 302, answer.context["form"].errors
    return DataSource.objects.get(key=changes.get("key", HTTP["key"]))


def at(made, what=""):
    return f"/datahub/sources/{made.public_id}/{what}"


def started(steward, made):
    assert steward.post(at(made, "try/")).status_code == 200
    assert steward.post(at(made, "start/")).status_code == 302
    return read(made)


def read(made):
    """As the worker does, of what is due; whoever asks afterwards asks later."""
    drive(READINGS)
    remembered.forget_all()
    made.refresh_from_db()
    return made


def read_again(made):
    DataSource.objects.filter(pk=made.pk).update(due_at=made.created_at)
    return read(made)
