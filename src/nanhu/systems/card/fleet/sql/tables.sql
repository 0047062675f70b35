-- The revocation list (黑名单): which cards terminals must refuse by themselves, by versions that follow the order of commits.
-- Kept by triggers on the card alone, so that no service can forget it. card_revocation holds the latest change of each card, so
-- that any terminal, however long it was away, gets what changed since its version and nothing twice; card_revocation_change is the diary.

CREATE SEQUENCE card_revocation_version;
