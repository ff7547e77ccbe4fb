"""Attribution: speakers of quotations, and the person that a word at the head of a sentence means."""
