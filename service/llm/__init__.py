"""Language models: asking them within limits of time and money, and reading what they write."""
