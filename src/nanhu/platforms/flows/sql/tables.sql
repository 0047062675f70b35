CREATE SEQUENCE flows_case_number AS bigint START 1;
