-- Where a row stands in the order of sealing: the transaction that wrote it, and the cluster whose transactions those are
-- (numbers start anew when a dump is restored elsewhere). Given by the database, whatever the writer says.
ALTER TABLE kernel_audit_entry ADD COLUMN era bigint NOT NULL, ADD COLUMN xid xid8 NOT NULL;

CREATE INDEX kernel_audit_order ON kernel_audit_entry (era, xid, id);
