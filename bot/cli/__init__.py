"""The command line: what organizers, and whoever keeps Rounds running, ask for at a terminal."""
