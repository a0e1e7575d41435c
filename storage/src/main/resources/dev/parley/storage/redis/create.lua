-- Creates a session unless it is there.
-- KEYS: session, messages, listing.
-- ARGV: version, session, has system, score, id, ttl ms, pinned positions, messages.
if redis.call('exists', KEYS[1]) == 1 then
  return 0
end
redis.call('del', KEYS[2])
redis.call('hset', KEYS[1], 'version', ARGV[1], 'session', ARGV[2], 'system', ARGV[3],
  'pinned', ARGV[7])
for i = 8, #ARGV do
  redis.call('rpush', KEYS[2], ARGV[i])
end
redis.call('zadd', KEYS[3], ARGV[4], ARGV[5])
for i = 1, 3 do
  redis.call('pexpire', KEYS[i], ARGV[6])
end
return 1
