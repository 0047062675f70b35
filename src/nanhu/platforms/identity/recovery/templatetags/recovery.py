"""Links between the pages before one is in: where one wanted to go goes along."""

from django import template
from django.utils.http import urlencode

register = template.Library()


@register.simple_tag
def query_of(after: str) -> str:
    """ "?next=/notices/" for a place worth remembering, "" for the home page."""
    return f"?{urlencode({'next': after})}" if after and after != "/" else ""
