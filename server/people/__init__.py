"""Who players and staff are: names, accounts, passwords, log-ins, roles."""
