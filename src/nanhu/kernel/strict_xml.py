"""XML of strangers: without a DTD or entities, and also in GBK, which the parser itself does not read."""

import re
from typing import Final
from xml.etree.ElementTree import Element  # the type alone: what is read goes through defusedxml

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

IN_GBK: Final = re.compile(rb"^<\?xml[^>]*\bencoding\s*=\s*[\"'](?:gbk|gb2312|gb18030)[\"']", re.IGNORECASE)


def parsed(content: bytes | str) -> Element:
    """Raises ValueError with what is wrong where it is none, or has a DTD."""
    try:
        if isinstance(content, bytes) and IN_GBK.match(content.lstrip()):
            content = content.decode("gb18030")
        root: Element = ElementTree.fromstring(content, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, LookupError) as broken:
        raise ValueError(str(broken)) from broken
    return root
