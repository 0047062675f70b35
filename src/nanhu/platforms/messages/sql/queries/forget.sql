-- Entries of old messages, found by the messages' age, so that the last round reads no more than there is; each day's deliveries by template, channel and state summed up before they go with them.
WITH old AS (
    SELECT e.id, e.message_id FROM messages_message m JOIN messages_entry e ON e.message_id = m.id
     WHERE m.created_at < %(before)s LIMIT %(most)s FOR UPDATE OF e SKIP LOCKED
), gone AS (
    DELETE FROM messages_delivery d USING old WHERE d.entry_id = old.id
    RETURNING d.parcel_id, d.channel, d.state, (d.created_at AT TIME ZONE %(zone)s)::date AS day, old.message_id
), summed AS (
    INSERT INTO messages_tally (day, template, channel, state, count)
    SELECT g.day, m.template, g.channel, g.state, count(*)
      FROM gone g JOIN messages_message m ON m.id = g.message_id GROUP BY 1, 2, 3, 4
    ON CONFLICT (day, template, channel, state) DO UPDATE SET count = messages_tally.count + excluded.count
)
DELETE FROM messages_entry e USING old WHERE e.id = old.id
