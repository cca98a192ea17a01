"""Parts of the query console: the editor, its completion, and what came of a question."""
