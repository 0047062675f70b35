DROP TABLE identity_sign_in_event;
DROP FUNCTION identity_sign_in_month(date);
DROP FUNCTION identity_refuse_change();
