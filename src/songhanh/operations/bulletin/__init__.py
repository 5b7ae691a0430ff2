"""What is told: today's one-page report and the text for the messaging group."""
