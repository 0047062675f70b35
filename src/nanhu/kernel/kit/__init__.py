"""The kit: what the pages of an office's room are made of, so that a room is written by its subject alone.

A room says its `Console` (name, owner, roles), and its pages hang in it: `page`, `form`, `action`. A page answers with
`listing(request, Table, rows, Filters)` or renders a template of its own that extends "kit/page.html". `proposals` and `intake`
hang up what two people do, page by page. Writes are services; the kit only turns a form into a call, and an expected failure
into a sentence beside its field.
"""

from nanhu.kernel.kit.bulk import bulk
from nanhu.kernel.kit.cases import Cases, Intake
from nanhu.kernel.kit.columns import (
    Badge,
    Clock,
    Column,
    Course,
    Day,
    Due,
    Link,
    Markup,
    Moment,
    Money,
    Month,
    Number,
    Person,
    PersonLink,
    Press,
    Span,
    Text,
    Who,
)
from nanhu.kernel.kit.consoles import Console
from nanhu.kernel.kit.filters import (
    AsOf,
    Choice,
    Days,
    Exact,
    Filters,
    FoldedSearch,
    OneDay,
    OwnChoice,
    Period,
    Search,
    Views,
    answering,
)
from nanhu.kernel.kit.listings import Empty, export, list_of, listing, page_of
from nanhu.kernel.kit.pages import Action, FormPage, Page, form_of
from nanhu.kernel.kit.requests import SIGNED_IN, PageRequest
from nanhu.kernel.kit.sheet_forms import sheet_form
from nanhu.kernel.kit.tables import Table

__all__ = [
    "SIGNED_IN",
    "Action",
    "AsOf",
    "Badge",
    "Cases",
    "Choice",
    "Clock",
    "Column",
    "Console",
    "Course",
    "Day",
    "Days",
    "Due",
    "Empty",
    "Exact",
    "Filters",
    "FoldedSearch",
    "FormPage",
    "Intake",
    "Link",
    "Markup",
    "Moment",
    "Money",
    "Month",
    "Number",
    "OneDay",
    "OwnChoice",
    "Page",
    "PageRequest",
    "Period",
    "Person",
    "PersonLink",
    "Press",
    "Search",
    "Span",
    "Table",
    "Text",
    "Views",
    "Who",
    "answering",
    "bulk",
    "export",
    "form_of",
    "list_of",
    "listing",
    "page_of",
    "sheet_form",
]
