"""The WSGI application as a server runs it: key and secret from the environment."""

import os
from pathlib import Path

from nanhu.emulators.sms.web import SmsApplication

application = SmsApplication(
    key=os.environ.get("NANHU_EMULATOR_KEY", "nanhu-demo"),
    secret=Path(os.environ["NANHU_EMULATOR_SECRET_FILE"]).read_text(encoding="utf-8").strip(),
)
