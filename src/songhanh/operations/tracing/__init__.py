"""Who met whom: contacts, presence lists, levels F0 to Fn, follow-ups, chains."""
