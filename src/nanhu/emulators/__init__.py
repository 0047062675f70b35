"""What stands outside the school, each in a process of its own: an application, terminals, later the bank and the phones."""
