"""The weather of the school's one place (天气): fetched by the server, shown from what is kept. Nobody's data goes out."""
