"""The application registry (应用登记) as people meet it: registering, trying out, health, maintenance, who may use what
and why not. The `Application` model itself is identity's core."""
