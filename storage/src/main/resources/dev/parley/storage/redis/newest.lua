-- A session, its newest messages but the system message, and older pinned ones, in one look.
-- KEYS: session, messages. ARGV: how many messages, how many pinned ones.
-- Answers the session, how many pinned messages follow, these, and the newest ones.
local session = redis.call('hmget', KEYS[1], 'session', 'system', 'pinned')
if not session[1] then
  return {}
end
local first = math.max(tonumber(session[2]), redis.call('llen', KEYS[2]) - tonumber(ARGV[1]))
local answer = {session[1], '0'}
for position in string.gmatch(session[3] or '', '%d+') do
  if tonumber(position) >= first or #answer - 2 >= tonumber(ARGV[2]) then
    break
  end
  table.insert(answer, redis.call('lindex', KEYS[2], position))
end
answer[2] = string.format('%d', #answer - 2)
for _, message in ipairs(redis.call('lrange', KEYS[2], first, -1)) do
  table.insert(answer, message)
end
return answer
