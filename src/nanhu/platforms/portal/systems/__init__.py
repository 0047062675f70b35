"""The school's systems (业务系统): which there are, whose, and how they are."""
