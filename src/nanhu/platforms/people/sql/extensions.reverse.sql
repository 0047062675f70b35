SELECT 1; -- other rooms may use the extensions: they stay
