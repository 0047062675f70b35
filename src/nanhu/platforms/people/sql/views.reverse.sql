DROP VIEW people_units, people_ties, people_known;
