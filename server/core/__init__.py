"""What a petition server does, without HTTP and without text messages.

Plain functions over a `Database` or `Transaction`. Time (`now`, UTC seconds) and chance are passed
in, never fetched here, so that a test decides both.
"""
