"""Who may see and do what: accounts, roles, jurisdictions, and the one gate that every read goes through."""
