-- As service tickets: a crash costs the application one more question. The tickets they come from are kept.
ALTER TABLE identity_proxy_ticket SET UNLOGGED;
