"""The door of people. Ids are integers; `public_id` is what may stand in addresses."""

from nanhu.platforms.people.errors import (
    AlreadyRevertedError,
    CampusNumberTakenError,
    DocumentTakenError,
    LaterChangesError,
    MergeRefusedError,
    PersonNotFoundError,
    PhotoRefusedError,
)
from nanhu.platforms.people.events import (
    AffiliationChanged,
    AffiliationEnded,
    AffiliationStarted,
    PersonChanged,
    PersonJoined,
    PersonsMerged,
    PersonsParted,
)
from nanhu.platforms.people.queries import (
    AffiliationCard,
    PersonCard,
    find_person_by_campus_no,
    find_person_by_document,
    matches_id_tail,
    matches_identity,
    matches_phone,
    person_card,
    person_cards,
    search_people,
)
from nanhu.platforms.people.records import (
    AffiliationRecord,
    ApplyResult,
    Difference,
    Origin,
    Outvoted,
    PersonRecord,
    UnitRecord,
)
from nanhu.platforms.people.rules import (
    halfwidth,
    id_check_character,
    normalise_document,
    normalise_name,
    normalise_phone,
    pinyin_of,
)
from nanhu.platforms.people.services.apply import apply_records
from nanhu.platforms.people.services.golden import lock_golden
from nanhu.platforms.people.services.merge import merge_persons
from nanhu.platforms.people.services.photos import set_photo, set_photos
from nanhu.platforms.people.services.reveal import id_number_of, phone_of
from nanhu.platforms.people.services.revert import RevertPreview, preview_revert, revert_change_set
from nanhu.platforms.people.services.units import UnitsResult, apply_units
from nanhu.platforms.people.units import UnitChoice, count_people, unit_choices, unit_ids_by_code, unit_ids_of

__all__ = [
    "AffiliationCard",
    "AffiliationChanged",
    "AffiliationEnded",
    "AffiliationRecord",
    "AffiliationStarted",
    "AlreadyRevertedError",
    "ApplyResult",
    "CampusNumberTakenError",
    "Difference",
    "DocumentTakenError",
    "LaterChangesError",
    "MergeRefusedError",
    "Origin",
    "Outvoted",
    "PersonCard",
    "PersonChanged",
    "PersonJoined",
    "PersonNotFoundError",
    "PersonRecord",
    "PersonsMerged",
    "PersonsParted",
    "PhotoRefusedError",
    "RevertPreview",
    "UnitChoice",
    "UnitRecord",
    "UnitsResult",
    "apply_records",
    "apply_units",
    "count_people",
    "find_person_by_campus_no",
    "find_person_by_document",
    "halfwidth",
    "id_check_character",
    "id_number_of",
    "lock_golden",
    "matches_id_tail",
    "matches_identity",
    "matches_phone",
    "merge_persons",
    "normalise_document",
    "normalise_name",
    "normalise_phone",
    "person_card",
    "person_cards",
    "phone_of",
    "pinyin_of",
    "preview_revert",
    "revert_change_set",
    "search_people",
    "set_photo",
    "set_photos",
    "unit_choices",
    "unit_ids_by_code",
    "unit_ids_of",
]
