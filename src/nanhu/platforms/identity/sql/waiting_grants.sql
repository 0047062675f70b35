-- Logouts that were under way when the engine came are due at once.
UPDATE identity_sso_grant SET logout_asked_at = now(), logout_due_at = now() WHERE logout = 'waiting';
