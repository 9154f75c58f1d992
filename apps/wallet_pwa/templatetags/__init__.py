"""Tags for the templates of the wallet."""
