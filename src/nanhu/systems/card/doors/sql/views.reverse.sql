DROP VIEW card_credential;
