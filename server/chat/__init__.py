"""What players say: channels, commands, and the filter."""
