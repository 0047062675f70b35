"""What becomes of a batch (批次) after it was judged: its columns told, let pass, finished for good, rolled back, kept no longer."""
