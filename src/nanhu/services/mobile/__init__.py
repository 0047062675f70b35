"""Mobile campus (移动校园): who is a member of the school's 企业微信, how a person is bound to it, and the pages in the pocket.

Owns bindings, consents, members, the map of departments, calls and callbacks of 企业微信, the applications of newcomers. Stands on people,
identity and the registry of message channels; 企业微信 itself stands behind a port (`adapters`), so that another vendor can take its place.
"""
