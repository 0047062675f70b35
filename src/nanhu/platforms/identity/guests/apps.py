from nanhu.kernel import rooms


class IdentityGuestsConfig(rooms.Room):
    name = "nanhu.platforms.identity.guests"
    label = "identity_guests"
    verbose_name = "来宾"
