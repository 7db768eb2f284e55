"""What people ask for in a chat, and what they are told."""
