"""The version of the rules by which a batch was cleaned: of the program, of the standard's tables, of what stewards added."""

import hashlib
from functools import cache
from importlib.metadata import version

from django.db.models import Max

from nanhu.platforms.datahub.codes import STANDARD
from nanhu.platforms.datahub.models import CodeAlias, CodeRule


@cache
def standard_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(STANDARD.glob("*.tsv")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


@cache
def program_rules() -> str:
    """All that lines of shared tables are read by, beside the words of their source."""
    return f"{version('nanhu')} · {standard_digest()}"


def rules_version() -> str:
    """Program, standard, last alias, last code of the school's own: "1.0 · 3fa2c81d · 17.4"."""
    last, rule = (model.objects.aggregate(last=Max("id"))["last"] or 0 for model in (CodeAlias, CodeRule))
    return f"{program_rules()} · {last}.{rule}"
