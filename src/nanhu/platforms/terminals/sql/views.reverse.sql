DROP VIEW terminals_known;
