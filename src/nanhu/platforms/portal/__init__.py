"""信息门户平台: the home of each face (student, staff), tiles, the application menu, preferences.

Owns what an account likes: theme, type size, language, face, shortcuts. Knows no room by name: whatever it shows was
declared in kernel.registry. A source that fails or dawdles costs its own tile, never the page.
Stands on identity (whose accounts they are) and the kernel.
"""
