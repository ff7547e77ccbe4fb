"""Who said what: speakers of quotations, and whom a word at the head of a sentence means."""
