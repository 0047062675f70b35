"""The house put together: Django's settings, the addresses of the rooms, the WSGI application."""
