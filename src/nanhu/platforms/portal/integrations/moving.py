"""All integrations as one signed TOML (接入清单): from the test campus to the real one. Secrets stay behind.

The signature is an HMAC under a key that both sides make of a passphrase: the two campuses share no other secret.
"""

import hmac
import json
import secrets
import tomllib
from dataclasses import dataclass, field
from hashlib import scrypt
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import CampusError
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.errors import TransferFileError
from nanhu.platforms.portal.integrations import forms, services
from nanhu.platforms.portal.models import Integration

MOVED: Final = (
    *("name", "icon", "description", "order", "section", "system", "owner_office", "faces", "roles", "categories"),
    *("address", "health_address", "has_single_sign_on", "mode", "sandbox", "method", "sent", "header_name"),
    *("value_at", "caption_at", "time_at", "lines_at", "unit_word", "format", "ttl_seconds", "stale_seconds"),
)
MOST: Final = 500


@dataclass(slots=True)
class Taken:
    made: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)


def exported(*, by: Actor, passphrase: str) -> str:
    rows = Integration.objects.exclude(state=Integration.State.RETIRED).select_related("owner_unit").order_by("key")
    text = "\n".join(table_of(row) for row in rows)
    salt = secrets.token_hex(16)
    audit.record(by=by, action="portal.export_integrations", target="integrations")
    return f'salt = "{salt}"\nsignature = "{signature(text, salt, passphrase)}"\n\n{text}'


def table_of(row: Integration) -> str:
    codes = {one.id: one.code for one in people.unit_choices()} if row.unit_ids else {}
    facts = {
        "key": row.key,
        "kind": row.kind,
        **{name: getattr(row, name) for name in MOVED},
        "owner_unit": row.owner_unit.code if row.owner_unit else "",
        "units": [codes[one] for one in row.unit_ids if one in codes],
    }
    return "[[integration]]\n" + "".join(f"{name} = {toml_of(value)}\n" for name, value in facts.items())


def toml_of(value: object) -> str:
    """JSON writes texts, numbers, lists and truth values as TOML does, but for one sign."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def signature(text: str, salt: str, passphrase: str) -> str:
    key = scrypt(passphrase.encode(), salt=salt.encode(), n=2**14, r=8, p=1, dklen=32)
    return hmac.digest(key, text.encode(), "sha256").hex()


@transaction.atomic
def take(*, by: Actor, content: bytes, passphrase: str) -> Taken:
    """What is not here yet becomes a draft, without its secret; what stands here under a key is never overwritten. All or nothing."""
    taken = Taken()
    standing = set(Integration.objects.values_list("key", flat=True))
    for facts in read(content, passphrase):
        key = str(facts.get("key", ""))
        if key in standing:
            taken.passed_over.append(key)
            continue
        try:
            services.make(by=by, kind=str(facts["kind"]), facts=meant(facts), has_secret=False)
        except CampusError as error:
            raise TransferFileError(problem=f"{key}: {error.message}") from error
        except KeyError as error:
            raise TransferFileError(problem=_("%(key)s：少了 %(field)s") % {"key": key, "field": error}) from error
        except (AttributeError, TypeError) as error:
            raise TransferFileError(problem=_("%(key)s：写法不对") % {"key": key}) from error
        except ValueError as error:
            raise TransferFileError(problem=f"{key}：{error}") from error
        taken.made.append(key)
    audit.record(by=by, action="portal.import_integrations", target="integrations", facts={"count": len(taken.made)})
    return taken


def meant(facts: dict[str, Any]) -> dict[str, Any]:
    """Through the form of its kind, as if somebody had typed it."""
    typed = {
        **facts,
        "categories": "、".join(facts.get("categories", [])),
        "units": "、".join(facts.get("units", [])),
        "lines_at": "\n".join(facts.get("lines_at", [])),
    }
    form = forms.FORMS[str(facts["kind"])](typed)
    if not form.is_valid():
        field, problems = next(iter(form.errors.items()))
        raise ValueError(f"{form.fields[field].label if field in form.fields else ''} {problems[0]}".strip())
    return form.facts()


def read(content: bytes, passphrase: str) -> list[dict[str, Any]]:
    try:
        text = content.decode()
        head, _blank, body = text.partition("\n\n")
        said = tomllib.loads(head)
        expected = signature(body, str(said["salt"]), passphrase)
        is_ours = hmac.compare_digest(str(said["signature"]).encode(), expected.encode())
        rows = tomllib.loads(body).get("integration", []) if is_ours else []
    except (ValueError, KeyError, RecursionError) as error:
        raise TransferFileError(problem=_("不是接入清单")) from error
    if not is_ours:
        raise TransferFileError(problem=_("签名不对：口令不同，或者文件改过"))
    if len(rows) > MOST:
        raise TransferFileError(problem=_("太多了"))
    return list(rows)
