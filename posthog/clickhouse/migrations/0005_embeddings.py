"""What a message means, as a direction: the model's embedding as a unit vector, each number times 127. Empty: not embedded."""

forwards = ["ALTER TABLE messages ADD COLUMN IF NOT EXISTS embedding Array(Int8) CODEC(ZSTD(1)) AFTER label_version"]

backwards = ["ALTER TABLE messages DROP COLUMN IF EXISTS embedding"]
