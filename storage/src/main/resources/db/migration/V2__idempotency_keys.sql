-- Which job a client's idempotency key stands for. Keys and requests are kept as hashes: keys are
-- the clients' own words, and all that is ever asked is whether two are the same.
create table idempotency_keys (
  tenant_id text collate "C" not null,
  key_sha256 text collate "C" not null,
  request_sha256 text collate "C" not null,
  job_id text collate "C" not null,
  created_at timestamptz not null,
  -- until then one request alone may publish the job
  held_until timestamptz not null,
  published boolean not null,
  constraint idempotency_keys_pk primary key (tenant_id, key_sha256)
);

-- For the purge; rows arrive nearly in this order.
create index idempotency_keys_by_age on idempotency_keys using brin (created_at);

alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy tenant_fence on idempotency_keys using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));
