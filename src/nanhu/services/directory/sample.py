"""What the sample campus enters: phones, answers and what else a unit keeps of itself."""

from nanhu.services.directory.services.keeping import enter

__all__ = ["enter"]
