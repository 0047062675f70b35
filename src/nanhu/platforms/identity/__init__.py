"""身份认证平台: accounts, sign-in, sessions, protocols, application registry.

Owns accounts with their life-cycle, activation and set-up, passwords and security questions, sessions and their
end, roles, the registry of applications and the CAS protocol. Does not own who a person is (people) nor what the
home page shows (portal). Stands on people and the kernel.
"""
