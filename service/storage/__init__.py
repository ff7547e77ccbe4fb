"""The databases that Dateline keeps beside its indexes."""
