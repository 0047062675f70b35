"""One module a party that is asked: its public form out, its answer in. `registrations` imports them all."""
