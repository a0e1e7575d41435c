-- Writes a session and all its messages anew, if it is as the caller read it.
-- KEYS: session, messages, listing.
-- ARGV: version read, new version, session, has system, score, id, ttl ms, messages.
if redis.call('hget', KEYS[1], 'version') ~= ARGV[1] then
  return 0
end
redis.call('del', KEYS[2])
redis.call('hset', KEYS[1], 'version', ARGV[2], 'session', ARGV[3], 'system', ARGV[4])
for i = 8, #ARGV do
  redis.call('rpush', KEYS[2], ARGV[i])
end
redis.call('zadd', KEYS[3], ARGV[5], ARGV[6])
for i = 1, 3 do
  redis.call('pexpire', KEYS[i], ARGV[7])
end
return 1
