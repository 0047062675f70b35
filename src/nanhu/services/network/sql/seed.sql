SELECT network_month((current_date + make_interval(months => n))::date) FROM generate_series(0, 2) n;
