DROP VIEW datahub_shared;
