"""Everything that touches Zulip: the contract, the wire, the worker, and the command line over them."""
