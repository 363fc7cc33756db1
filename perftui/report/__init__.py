"""What a run amounts to: the metrics of the paper and better ones, as Markdown, JSON or CSV."""
