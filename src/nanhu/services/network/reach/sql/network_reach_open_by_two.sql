-- A network is the machine room's until two people said that it is so no more; another network is another row.
CREATE OR REPLACE FUNCTION network_reach_open_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.network <> OLD.network OR NEW.removed_at IS NULL OR NOT EXISTS (
        SELECT FROM network_reach_reopening WHERE closed_id = NEW.id AND state = 'agreed' AND approver_id <> author_id
    ) THEN
        RAISE EXCEPTION 'network_reach_opened_by_one' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
