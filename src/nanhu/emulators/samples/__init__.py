"""Sample programs to take in (接入样例): a page, figures, a calendar and news of other systems, and a weather service. Each can be slow,
down, or answer nonsense. The sample of to-dos is `emulators.office.todos`.
"""
