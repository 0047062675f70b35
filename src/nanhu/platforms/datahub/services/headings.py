"""What stewards said of the headings of a source's files."""

from nanhu.platforms.datahub.models import HeadingMap
from nanhu.platforms.datahub.sources import SourceSpec


def remembered(spec: SourceSpec) -> dict[str, dict[str, str]]:
    """By signature, our field → heading."""
    return dict(HeadingMap.objects.filter(source=spec.key).values_list("signature", "columns"))
