DROP SEQUENCE people_guest_number;
