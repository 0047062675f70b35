"""Shared tables (共享表): facts that cross systems, one TOML each beside this file, with one writer and their whole history."""
