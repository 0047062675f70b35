INSERT INTO identity_registry_version (version) VALUES (1);

SELECT identity_sign_in_month((current_date + make_interval(months => n))::date) FROM generate_series(0, 2) n;
