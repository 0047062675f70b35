"""Messages (消息): what the school says to its people.

Owns notices (校内公告), their attachments and read receipts, and the screens to read and to write them.
One message over many channels (mail, SMS, 企业微信, preferences, quiet hours) will live here too, beside the notices.
Does not own who a person is (people), who may sign in (identity) or what the home looks like (portal).
Stands on: people, identity, kernel.
"""
