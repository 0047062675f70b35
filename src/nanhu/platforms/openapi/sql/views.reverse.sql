DROP VIEW openapi_open_vendor;
