"""Second factors (多因素): TOTP, passkeys, recovery codes, SMS codes, QR sign-in, remembered devices, step-up."""
