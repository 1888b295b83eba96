"""Reading what people bring: PDF, DOCX, HTML, Markdown and plain text become one shape, in a child process."""
