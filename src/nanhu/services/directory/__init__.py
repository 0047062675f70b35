"""Directory (校内电话、公众号、常见问答): who answers for what, when, and at which number; each unit keeps its own."""
