"""The provider of text messages of this installation, from settings and the school's file."""

from pathlib import Path
from typing import Any

from nanhu.kernel.configuration import Configuration, configuration
from nanhu.kernel.delivery import aliyun, tencent
from nanhu.kernel.delivery.messages import Provider
from nanhu.kernel.delivery.signing import Credential
from nanhu.kernel.delivery.template import TemplateSms
from nanhu.kernel.school import school
from nanhu.kernel.secret_files import generated_secret

EMULATED_KEY = "nanhu-demo"
NEEDED = {"aliyun": ("sign_name", "templates"), "tencent": ("sign_name", "templates", "app_id"), "http": ("body",)}


class IncompleteError(Exception):
    """A provider is chosen and something that it needs is missing."""


def table() -> dict[str, Any]:
    return dict(school().table("sms").members)


def provider() -> Provider | None:
    """None where the school has none. Raises IncompleteError."""
    chosen, settings = configuration().sms_provider, table()
    if not chosen:
        return emulated(settings) if configuration().demo else None
    if missing := [one for one in NEEDED[chosen] if not settings.get(one)]:
        raise IncompleteError(f"[sms] {', '.join(missing)}")
    credential = Credential(key=configuration().sms_key, secret=secret())
    if chosen == "http":
        return template_of(settings)
    named = {"credential": credential, "sign_name": settings["sign_name"], "templates": settings["templates"]}
    if chosen == "aliyun":
        return aliyun.AliyunSms(**named, address=configuration().sms_address or aliyun.ADDRESS)
    return tencent.TencentSms(
        **named,
        app_id=str(settings["app_id"]),
        region=str(settings.get("region", "ap-guangzhou")),
        address=configuration().sms_address or tencent.ADDRESS,
    )


def emulated(settings: dict[str, Any]) -> Provider:
    """The sample campus's: the emulator on this machine, by the wire of the largest provider."""
    return aliyun.AliyunSms(
        credential=Credential(key=EMULATED_KEY, secret=generated_secret(emulated_secret_file(configuration()))),
        sign_name=settings.get("sign_name", ""),
        templates=settings.get("templates", {"code": "SMS_1", "notice": "SMS_2"}),
        address=f"http://127.0.0.1:{configuration().sms_port}",
    )


def emulated_secret_file(settings: Configuration) -> Path:
    return settings.secrets_dir / "emulated-sms"


def template_of(settings: dict[str, Any]) -> TemplateSms:
    if not configuration().sms_address:
        raise IncompleteError("NANHU_SMS_ADDRESS")
    member, _equals, value = str(settings.get("success", "")).partition("=")
    return TemplateSms(
        address=configuration().sms_address,
        secret=secret(),
        body=settings["body"],
        success=(member, value),
        reference=str(settings.get("reference", "")),
    )


def secret() -> str:
    """From a file, so that no list of processes and no environment shows it."""
    path = Path(configuration().sms_secret_file or "-")
    if not path.is_file():
        raise IncompleteError("NANHU_SMS_SECRET_FILE")
    return path.read_text(encoding="utf-8").strip()
