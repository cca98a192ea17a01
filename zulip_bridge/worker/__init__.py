"""The worker: runs inside Zulip's own interpreter, sent there over stdin; nothing is installed on the server.

Standard library, Django and orjson only, with the contract and the wire; :mod:`compat` alone knows that Zulip
versions differ.
"""
