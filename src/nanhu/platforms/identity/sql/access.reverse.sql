DROP FUNCTION identity_access(bigint, bigint[], timestamptz);
DROP FUNCTION identity_rules_for(bigint, bigint[], timestamptz);
