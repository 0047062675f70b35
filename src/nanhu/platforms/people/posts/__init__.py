"""Posts (岗位): holders of a unit's offices, read by whoever approves by post."""
