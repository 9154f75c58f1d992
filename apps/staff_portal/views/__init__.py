"""The pages, a module per group."""
