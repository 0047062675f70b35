"""The holder's own pages (校园卡): balance and transactions, put together from what all other parts know."""
