"""The store for one machine: chDB in a process of its own, served over ClickHouse's native protocol on loopback.

One process only may open chDB's directory, and it must not fork afterwards. Serving the native protocol lets
web, workers and commands share one store through the client they use for a ClickHouse server.
Nothing here imports Django.
"""
