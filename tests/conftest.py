"""For all tests: an interrupt means what it means in a terminal."""

import signal

# A shell that starts tests in the background has them ignore Ctrl-C, and so would whatever they
# start; some tests interrupt what they have started.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
