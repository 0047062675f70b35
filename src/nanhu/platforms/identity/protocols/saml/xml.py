"""XML from outside, before anything else touches it: small, without document types, with one meaning only."""

from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from nanhu.platforms.identity.protocols.saml.errors import MessageRefusedError
from nanhu.platforms.identity.protocols.saml.names import DS

LARGEST_MESSAGE = 128 * 1024
DEEPEST = 40
SIGNATURE = f"{{{DS}}}Signature"
IDENTIFIERS = ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id")


class Careful(TreeBuilder):
    """Stops at a depth that no honest message has, before Python's own recursion would."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        self.depth += 1
        if self.depth > DEEPEST:
            raise MessageRefusedError(why="XML is nested too deeply")
        return super().start(tag, attributes)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)


def parsed(document: bytes, *, largest: int = LARGEST_MESSAGE) -> Element:
    """The root element. A DOCTYPE is refused outright, and with it entities, external subsets and their bombs."""
    if len(document) > largest:
        raise MessageRefusedError(why="XML is too large")
    parser = DefusedXMLParser(target=Careful(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(document)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise MessageRefusedError(why="XML with a document type") from error
    except (ParseError, ValueError, LookupError) as error:
        raise MessageRefusedError(why="malformed XML") from error
    return root


def has_one_meaning(root: Element) -> bool:
    """No second signature and no ID twice: what is verified is what is read (signature wrapping needs either)."""
    found = [identifier for element in root.iter() for identifier in identifiers(element)]
    return len(found) == len(set(found)) and sum(1 for _ in root.iter(SIGNATURE)) <= 1


def identifiers(element: Element) -> list[str]:
    """Everything a reference ("#…") could be taken to point at."""
    return [value for name in IDENTIFIERS if (value := element.get(name)) is not None]


def clean(text: str) -> str:
    """Without the characters that XML cannot carry."""
    return "".join(
        one
        for one in text
        if one in "\t\n\r" or (one >= " " and not "\ud800" <= one <= "\udfff" and one not in "\ufffe\uffff")
    )
