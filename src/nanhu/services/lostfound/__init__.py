"""Lost and found (失物招领): what people lost and found, reviewed before it shows, claimed by a mark, without anybody's number.

Owns items with their photos, claims, relayed messages, and what the keeping desk holds. A campus card that was found is handed to the room
whose card it is (`registry.found_cards`). Stands on people, campus, identity, flows (office hours) and the kernel's files.
"""
