-- One delivery of each entry by the channel of its parcel.
INSERT INTO messages_delivery (entry_id, parcel_id, channel, state, reason, reference, created_at, changed_at)
SELECT t.entry_id, t.parcel_id, p.channel, 'queued', '', '', %(now)s, %(now)s
  FROM unnest(%(entries)s::bigint[], %(parcels)s::bigint[]) AS t (entry_id, parcel_id)
  JOIN messages_parcel p ON p.id = t.parcel_id
ON CONFLICT DO NOTHING
