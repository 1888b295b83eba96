"""Every long job: durable steps, language models, heavy work in children."""
