INSERT INTO requests_fault_class (key, icon, minutes, urgent_minutes, "order") VALUES
    ('water', 'droplets', 960, 120, 1), ('power', 'zap', 960, 15, 2), ('cooling', 'air-vent', 960, NULL, 3),
    ('lock', 'lock', 240, NULL, 4), ('hot_water', 'shower-head', 960, NULL, 5), ('furniture', 'armchair', 960, NULL, 6),
    ('wood', 'hammer', 960, NULL, 7), ('wall', 'brick-wall', 960, NULL, 8), ('lift', 'arrow-up-down', 960, 15, 9),
    ('fire', 'fire-extinguisher', 240, NULL, 10), ('other', 'wrench', 960, NULL, 11), ('network', 'network', 480, NULL, 12);
