"""Parties (校外单位): those outside with whom systems exchange questions, files and quotas, each by its own public form.

Owns the lines to them, what was asked and what was answered (Inquiry), batches of lines that went out as a file and came back as one
(Batch), quotas as the treasury hands them down. Does not own: what a question or a batch is for; the bank of loads and payouts (payments).
Stands on: the kernel.
"""
