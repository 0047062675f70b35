from django.db import models

from nanhu.kernel.clock import now


class KnownStation(models.Model):
    """A device or address from which an account used a service (Wi-Fi, VPN, mail): strangers who guess elsewhere do
    not make it wait. `station` is a keyed hash of the MAC address, or of the network of the address.
    """

    account = models.ForeignKey("identity.Account", on_delete=models.CASCADE, related_name="+")
    service = models.CharField(max_length=20)
    station = models.BinaryField(max_length=32)
    last_used_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        db_table = "identity_known_station"
        constraints = [
            models.UniqueConstraint(fields=["account", "service", "station"], name="identity_known_station_once")
        ]
