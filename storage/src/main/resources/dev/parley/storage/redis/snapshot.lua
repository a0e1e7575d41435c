-- A session with its version and its first messages, in one look.
-- KEYS: session, messages. ARGV: how many messages.
local session = redis.call('hmget', KEYS[1], 'version', 'session')
if not session[1] then
  return {}
end
local answer = {}
if tonumber(ARGV[1]) > 0 then
  answer = redis.call('lrange', KEYS[2], 0, tonumber(ARGV[1]) - 1)
end
table.insert(answer, 1, session[2])
table.insert(answer, 1, session[1])
return answer
