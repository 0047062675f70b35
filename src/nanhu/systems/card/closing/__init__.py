"""Day close (日结), reconciliation (对账), settlement to merchants (结算), corrections by two clerks."""
