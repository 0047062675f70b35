"""The demo: fills an empty campus with the sample, step by step, and runs it with the emulators around it."""
