"""What a user adds: strategies of their own, and prompt templates in the place of the package's."""
