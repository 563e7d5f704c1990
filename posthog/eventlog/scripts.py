"""Lua scripts: each checks the lease and acts in one step, so a reader that lost its lease can do nothing.

All keys of a call belong to one partition. A script that finds another fencing number in the lease returns -1.
"""

# KEYS lease, fence; ARGV lease milliseconds. Returns the fencing number, or 0 when another reader holds the lease.
ACQUIRE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local fence = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], fence, 'PX', ARGV[1])
return fence
"""

# KEYS lease; ARGV fence, lease milliseconds. Returns 1 when the lease is still ours.
RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""

# KEYS lease; ARGV fence.
RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
return redis.call('DEL', KEYS[1])
"""

# KEYS stream, lease, attempts; ARGV fence, group, consumer. Returns {attempt, entries}: what is pending, whole.
PENDING = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return -1 end
local reply = redis.call('XREADGROUP', 'GROUP', ARGV[2], ARGV[3], 'COUNT', 1000000, 'STREAMS', KEYS[1], '0')
local entries = reply and reply[1][2] or {}
if #entries == 0 then return {0, {}} end
return {redis.call('HINCRBY', KEYS[3], entries[1][1], 1), entries}
"""

# KEYS stream, lease, attempts; ARGV fence, group, consumer, events, bytes, entries: the bounds of one batch.
# Takes entry by entry until a bound is reached; the first entry is taken whatever its size.
TAKE = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return -1 end
local taken, events, size = {}, 0, 0
while #taken < tonumber(ARGV[6]) and events < tonumber(ARGV[4]) and size < tonumber(ARGV[5]) do
  local reply = redis.call('XREADGROUP', 'GROUP', ARGV[2], ARGV[3], 'COUNT', 1, 'STREAMS', KEYS[1], '>')
  if not reply then break end
  local entry = reply[1][2][1]
  taken[#taken + 1] = entry
  size = size + #entry[2][2]
  events = events + (tonumber(entry[2][4]) or 1)
end
if #taken == 0 then return {0, {}} end
redis.call('DEL', KEYS[3])
redis.call('HSET', KEYS[3], taken[1][1], 1)
return {1, taken}
"""

# KEYS stream, lease, attempts, marks; ARGV fence, group, lease ms, kept ms, mark ms, kept bytes, ids...
# Acknowledges, then trims what was acknowledged long enough ago; sooner when the kept tail outgrows its bytes.
ACK = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return -1 end
for i = 7, #ARGV, 1000 do
  redis.call('XACK', KEYS[1], ARGV[2], unpack(ARGV, i, math.min(i + 999, #ARGV)))
end
redis.call('DEL', KEYS[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local slot = now - now % tonumber(ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[4], slot, slot)
redis.call('ZADD', KEYS[4], slot, ARGV[#ARGV])
local limit = now - tonumber(ARGV[4]) - tonumber(ARGV[5])
local old = redis.call('ZREVRANGEBYSCORE', KEYS[4], limit, '-inf', 'LIMIT', 0, 1)
if old[1] then
  redis.call('XTRIM', KEYS[1], 'MINID', '=', old[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', limit)
end
if (redis.call('MEMORY', 'USAGE', KEYS[1]) or 0) > tonumber(ARGV[6]) then
  redis.call('XTRIM', KEYS[1], 'MINID', '=', ARGV[#ARGV])
end
return 1
"""
