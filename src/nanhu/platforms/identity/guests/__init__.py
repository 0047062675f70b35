"""Light identities (来宾): visitors, parents, partners and alumni whom a member of staff vouches for until a day.

Owns who vouches for whom, the invitation, and the pages of the sponsor. The person and their guest number are people's.
"""
