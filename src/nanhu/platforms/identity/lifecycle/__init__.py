"""What becomes of accounts (生命周期): opened, suspended, reset at the counter, ended, merged and told apart, with all that hangs on them."""
