-- Appends a turn at most once for its job, if the session is as the caller read it.
-- KEYS: session, messages, listing, receipt.
-- ARGV: version read, new version, session, score, id, ttl ms, receipt, receipt ttl ms,
-- positions of pinned messages among those that follow, messages.
local version = redis.call('hget', KEYS[1], 'version')
if not version then
  return {'gone'}
end
local receipt = redis.call('get', KEYS[4])
if receipt then
  return {'before', redis.call('hget', KEYS[1], 'session'), receipt}
end
if version ~= ARGV[1] then
  return {'changed'}
end
redis.call('hset', KEYS[1], 'version', ARGV[2], 'session', ARGV[3])
if ARGV[9] ~= '' then
  local pinned = redis.call('hget', KEYS[1], 'pinned')
  redis.call('hset', KEYS[1], 'pinned', pinned and pinned ~= '' and pinned .. ',' .. ARGV[9] or ARGV[9])
end
for i = 10, #ARGV do
  redis.call('rpush', KEYS[2], ARGV[i])
end
redis.call('zadd', KEYS[3], ARGV[4], ARGV[5])
for i = 1, 3 do
  redis.call('pexpire', KEYS[i], ARGV[6])
end
redis.call('set', KEYS[4], ARGV[7], 'px', ARGV[8])
return {'done'}
