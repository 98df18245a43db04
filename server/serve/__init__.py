"""HTTP/1.1 with bounds, and the processes that speak it: the socket, the supervisor, the log."""
