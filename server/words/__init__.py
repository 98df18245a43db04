"""How things are said: templates, catalogues, numbers and dates."""
