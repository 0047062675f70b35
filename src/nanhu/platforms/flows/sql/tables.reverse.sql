DROP SEQUENCE flows_case_number;
