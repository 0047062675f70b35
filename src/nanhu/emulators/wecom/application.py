"""The WSGI application as a server runs it: who the campus is stands in the file of the environment."""

import json
import os
import threading
from pathlib import Path

from nanhu.emulators.wecom.company import Company
from nanhu.emulators.wecom.store import Store
from nanhu.emulators.wecom.web import Campus, WecomApplication

path = Path(os.environ["NANHU_EMULATOR_CONFIGURATION"])
facts = json.loads(path.read_text(encoding="utf-8"))
store = Store(str(path.with_name("wecom.sqlite")))
book = path.with_name("wecom-book.json")
if book.exists() and not store.members(1):
    for one in json.loads(book.read_text(encoding="utf-8")):
        store.put(one["userid"], one["name"], one["mobile"], [1], one["status"])  # a book that was kept by hand before
application = WecomApplication(
    Company(
        store,
        corp_id=facts["corp_id"],
        agent_id=facts["agent_id"],
        secrets_of={"app": facts["secret"], "contacts": facts["contacts_secret"]},
    ),
    Campus(callback=facts["callback"], home=facts["home"], token=facts["callback_token"], key=facts["callback_key"]),
)
threading.Thread(target=application.join_in_time, args=(2.0,), daemon=True).start()
