"""Databases: SQLite files and PostgreSQL."""
