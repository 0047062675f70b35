"""What is mine (我的数据): access tokens, app passwords, who looked at me, a copy of my data, light identities."""
