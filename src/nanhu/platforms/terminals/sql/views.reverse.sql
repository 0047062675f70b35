DROP VIEW terminals_answered, terminals_known;
