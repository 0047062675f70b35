"""What offices' files said (历次文件): kept as Parquet beside the landing rows, and asked as of a day."""
