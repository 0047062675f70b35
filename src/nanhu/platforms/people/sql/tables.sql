CREATE SEQUENCE people_guest_number AS bigint START 1;
