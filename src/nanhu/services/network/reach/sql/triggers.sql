CREATE TRIGGER network_reach_list_keeps_closed BEFORE INSERT OR UPDATE ON network_reach_list
    FOR EACH ROW WHEN (NEW.withdrawn_at IS NULL) EXECUTE FUNCTION network_reach_keep_closed();

CREATE TRIGGER network_reach_network_stays_closed BEFORE INSERT OR UPDATE ON network_reach_closed_network
    FOR EACH ROW WHEN (NEW.removed_at IS NULL) EXECUTE FUNCTION network_reach_keep_closed();

CREATE TRIGGER network_reach_network_opens_by_two BEFORE UPDATE ON network_reach_closed_network
    FOR EACH ROW WHEN (NEW.removed_at IS DISTINCT FROM OLD.removed_at OR NEW.network <> OLD.network)
    EXECUTE FUNCTION network_reach_open_by_two();

CREATE TRIGGER network_reach_network_is_kept BEFORE DELETE ON network_reach_closed_network
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER network_reach_grant_is_kept BEFORE DELETE ON network_reach_vpn_grant
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
