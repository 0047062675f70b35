"""What somebody is called who did not type a name."""

from nanhu.platforms.identity import queries
from nanhu.platforms.identity.models import Account


def main_number(account: Account) -> str:
    """The campus number of the side a person sees first: 工号 before 学号, live before past."""
    card = queries.card_of(account)
    faces = queries.faces_of(card)
    face = queries.STAFF if queries.STAFF in faces else next(iter(sorted(faces)))
    past = next((one.campus_no for one in card.affiliations), "")
    return queries.number_of_face(card, face) or past
