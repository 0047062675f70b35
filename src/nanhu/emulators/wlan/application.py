"""The WSGI application as a server runs it: who the campus is stands in the file of the environment."""

import json
import os
import threading
from pathlib import Path

from nanhu.emulators.wlan.controller import Campus, Controller, Phone, start
from nanhu.emulators.wlan.web import WlanApplication

facts = json.loads(Path(os.environ["NANHU_EMULATOR_CONFIGURATION"]).read_text(encoding="utf-8"))
controller = Controller(
    name=facts["name"],
    address=facts["address"],
    secret=facts["secret"].encode(),
    campus=Campus(page=facts["page"], radius=facts["radius"], key=facts["radius_key"]),
    phones={key: Phone(**one) for key, one in facts["phones"].items()},
)
lines = [
    start(controller.portal_answer, address="127.0.0.1", port=facts["portal_port"]),
    start(controller.disconnect_answer, address="127.0.0.1", port=facts["disconnect_port"]),
]
threading.Thread(target=controller.keep_telling, args=(facts["interim_seconds"],), daemon=True).start()
application = WlanApplication(controller)
