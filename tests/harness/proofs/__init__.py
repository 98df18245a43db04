"""What the harness itself promises, tested."""
