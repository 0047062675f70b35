"""Programs of others that we are measured against, in the same run on the same machine."""
