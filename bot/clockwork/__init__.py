"""What happens although nobody speaks: dates, alarms, calendars, and the end of keeping."""
