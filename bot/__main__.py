"""`python -m bot` is `rounds`."""

try:
    from bot.cli import main
except KeyboardInterrupt:  # reading the program takes a second, in which some think again
    raise SystemExit(130) from None

if __name__ == "__main__":
    main()
