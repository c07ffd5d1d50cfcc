"""Chart + Assessment -> a letter, .docx and .pdf, each statement cited."""
