INSERT INTO kernel_number_counter AS counter (series, scope, last) VALUES (%(series)s, %(scope)s, 1)
    ON CONFLICT (series, scope) DO UPDATE SET last = counter.last + 1 RETURNING last
