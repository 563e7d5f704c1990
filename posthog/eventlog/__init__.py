"""The durable log of accepted batches, on Redis Streams: one stream, one consumer and one lease per partition."""
