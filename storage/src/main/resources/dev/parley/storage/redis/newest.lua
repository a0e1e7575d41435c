-- A session and its newest messages but the system message, in one look.
-- KEYS: session, messages. ARGV: how many messages.
local session = redis.call('hmget', KEYS[1], 'session', 'system')
if not session[1] then
  return {}
end
local first = math.max(tonumber(session[2]), redis.call('llen', KEYS[2]) - tonumber(ARGV[1]))
local answer = redis.call('lrange', KEYS[2], first, -1)
table.insert(answer, 1, session[1])
return answer
