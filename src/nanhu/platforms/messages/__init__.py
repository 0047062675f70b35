"""Messages (消息): what the school says to its people.

Owns what is told to people over many channels (`api.tell`: mail, SMS, web push and whatever else is registered), how each wants to
be told, the one list of it all, and notices (校内公告) with their attachments and read receipts.
Does not own who a person is (people), who may sign in (identity) or what the home looks like (portal).
Stands on: people, identity, kernel.
"""
