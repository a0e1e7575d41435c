-- Takes messages out of a session at most once for its job, if the session is as the caller read it.
-- KEYS: session, messages, listing, receipt.
-- ARGV: version read, new version, session, score, id, ttl ms, receipt, receipt ttl ms,
-- expected count, from, to, summary or '', whether the summary is pinned, kept positions.
local state = redis.call('hmget', KEYS[1], 'version', 'pinned')
if not state[1] then
  return {'gone'}
end
local receipt = redis.call('get', KEYS[4])
if receipt then
  return {'before', redis.call('hget', KEYS[1], 'session'), receipt}
end
if state[1] ~= ARGV[1] then
  return {'changed'}
end
if redis.call('llen', KEYS[2]) ~= tonumber(ARGV[9]) then
  return {'other'}
end
local from = tonumber(ARGV[10])
local to = tonumber(ARGV[11])
local tail = redis.call('lrange', KEYS[2], from, -1)
if from == 0 then
  redis.call('del', KEYS[2])
else
  redis.call('ltrim', KEYS[2], 0, from - 1)
end
local pinned = {}
local waspinned = {}
for position in string.gmatch(state[2] or '', '%d+') do
  if tonumber(position) < from then
    table.insert(pinned, position)
  else
    waspinned[tonumber(position)] = true
  end
end
local place = from
local function add(message, ispinned)
  redis.call('rpush', KEYS[2], message)
  if ispinned then
    table.insert(pinned, string.format('%d', place))
  end
  place = place + 1
end
if ARGV[12] ~= '' then
  add(ARGV[12], ARGV[13] == '1')
end
for i = 14, #ARGV do
  local position = tonumber(ARGV[i])
  add(tail[position - from + 1], waspinned[position])
end
for position = to, from + #tail - 1 do
  add(tail[position - from + 1], waspinned[position])
end
redis.call('hset', KEYS[1], 'version', ARGV[2], 'session', ARGV[3],
  'pinned', table.concat(pinned, ','))
redis.call('zadd', KEYS[3], ARGV[4], ARGV[5])
for i = 1, 3 do
  redis.call('pexpire', KEYS[i], ARGV[6])
end
redis.call('set', KEYS[4], ARGV[7], 'px', ARGV[8])
return {'done'}
