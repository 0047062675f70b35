"""What every business system stands on: people, identity, money, data, messages and the portal."""
