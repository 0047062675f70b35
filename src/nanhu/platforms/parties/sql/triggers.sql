CREATE TRIGGER parties_quota_line_keeps_rows BEFORE UPDATE OR DELETE ON parties_quota_line
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER parties_quota_line_keeps_all BEFORE TRUNCATE ON parties_quota_line
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER parties_quota_list_row_keeps_what_it_says BEFORE UPDATE OR DELETE ON parties_quota_list_row
    FOR EACH ROW EXECUTE FUNCTION parties_quota_list_row_is_kept();
