"""The school's master keys (主密钥): made here, kept under the keyring, never shown."""

import secrets
from dataclasses import dataclass, field

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.ciphers import KEY_BYTES, SUITES, Suite, card_key
from nanhu.systems.card.chip.errors import ChipKeyMissingError
from nanhu.systems.card.chip.models import Algorithm, Chip, MasterKey
from nanhu.systems.card.chip.tac import TacKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Three keys of one level: the masters, or a card's own. Their repr tells nothing."""

    version: int
    algorithm: str
    load: bytes = field(repr=False)
    purchase: bytes = field(repr=False)
    tac: bytes = field(repr=False)

    @property
    def suite(self) -> Suite:
        return SUITES[self.algorithm]


@transaction.atomic
def make_master_keys(*, by: Actor, algorithm: str = Algorithm.TRIPLE_DES, reason: str = "") -> int:
    """The next version, for cards made from now on; cards made before keep theirs. Gives the version."""
    version = (current_version() or 0) + 1
    MasterKey.objects.bulk_create(
        MasterKey(usage=usage, version=version, algorithm=algorithm, material=secrets.token_hex(KEY_BYTES))
        for usage in MasterKey.Usage.values
    )
    facts = {"version": version, "algorithm": str(algorithm)}
    audit.record(by=by, action="card.chip_keys", target=f"chip_keys:{version}", reason=reason, facts=facts)
    return version


def current_version() -> int | None:
    return MasterKey.objects.order_by("-version").values_list("version", flat=True).first()


def masters(version: int) -> Keys:
    rows = {row.usage: row for row in MasterKey.objects.filter(version=version)}
    if len(rows) < len(MasterKey.Usage.values):
        raise ChipKeyMissingError
    opened = {usage: bytes.fromhex(row.material) for usage, row in rows.items()}
    return Keys(version=version, algorithm=rows["tac"].algorithm, **opened)


def card_keys(chip: Chip) -> Keys:
    """What the card itself holds."""
    above = masters(chip.key_version)
    data = messages.diversifier(chip.serial)
    own = {usage: card_key(above.suite, getattr(above, usage), data) for usage in MasterKey.Usage.values}
    return Keys(version=above.version, algorithm=above.algorithm, **own)


def tac_keys() -> TacKeys:
    rows = MasterKey.objects.filter(usage=MasterKey.Usage.TAC)
    return TacKeys({row.version: bytes.fromhex(row.material) for row in rows})
