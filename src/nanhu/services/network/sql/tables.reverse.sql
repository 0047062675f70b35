DROP TABLE IF EXISTS network_address_line;
