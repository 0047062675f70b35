UPDATE identity_sso_grant SET logout = 'done' WHERE logout = 'silent';
