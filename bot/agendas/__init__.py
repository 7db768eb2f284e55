"""Agendas: text in, series and their dates out; nothing else comes in."""
