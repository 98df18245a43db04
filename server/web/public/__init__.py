"""What a signer sees."""
