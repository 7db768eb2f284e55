"""Places where chats are held: each platform translates, calls, translates back."""
