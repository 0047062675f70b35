-- gin_trgm_ops for searching names, btree_gist for the exclusion of overlapping affiliations
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
