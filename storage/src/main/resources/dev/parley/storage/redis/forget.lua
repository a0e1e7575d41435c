-- Takes sessions that have expired off their tenant's listing.
-- KEYS: listing, session. ARGV: id.
if redis.call('exists', KEYS[2]) == 0 then
  redis.call('zrem', KEYS[1], ARGV[1])
end
return 1
