-- A ticket lives ten seconds. Losing all of them in a crash costs their owners a click; writing each to the log would
-- cost every sign-in a flush.
ALTER TABLE identity_service_ticket SET UNLOGGED;
