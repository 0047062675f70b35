-- What the rooms above read of this one in SQL.

CREATE VIEW payments_party AS SELECT id, kind, is_on FROM payments_channel;

CREATE VIEW payments_signed AS SELECT id, channel_id FROM payments_agreement;

CREATE VIEW payments_movement AS SELECT channel_id, day, "order" AS number FROM payments_statement_row;
