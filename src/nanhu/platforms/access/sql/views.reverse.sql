DROP VIEW access_shared_card;
