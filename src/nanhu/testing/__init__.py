"""What the tests of every room share: the database they run on and the cast everybody knows."""
