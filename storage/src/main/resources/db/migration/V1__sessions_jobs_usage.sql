-- Times are kept at millisecond precision: the services cut off what is finer.
-- JSON is kept as json, not jsonb: what was stored comes back digit for digit (1.10 stays 1.10), in
-- its own key order, and \u0000, which jsonb refuses, is allowed.
-- Ids sort by bytes (collate "C"), as they do in the services, so that cursors agree everywhere.

create table sessions (
  tenant_id text collate "C" not null,
  session_id text collate "C" not null,
  incarnation bigint generated always as identity,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  message_count bigint not null default 0,
  -- a JSON string: text columns cannot hold U+0000
  system json,
  model text,
  provider text,
  metadata json,
  max_context_tokens integer,
  budget_usd numeric,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cached_tokens bigint not null default 0,
  reasoning_tokens bigint not null default 0,
  cost_usd numeric not null default 0,
  constraint sessions_pk primary key (tenant_id, session_id),
  constraint sessions_incarnation unique (incarnation)
);

create index sessions_newest on sessions (tenant_id, updated_at desc, session_id desc);

-- No foreign key to sessions: whoever appends or deletes holds the lock of the session's row, and a
-- check per appended row would cost about as much as the row.
create table messages (
  incarnation bigint not null,
  position bigint not null,
  tenant_id text collate "C" not null,
  role text not null,
  content json not null,
  metadata json,
  created_at timestamptz not null,
  job_id text collate "C",
  pinned boolean,
  constraint messages_pk primary key (incarnation, position)
);

-- Rows are updated in place twice and grow when the response arrives; the free space keeps those
-- updates on their page, so that no index has to be touched.
create table jobs (
  job_id text collate "C" not null,
  tenant_id text collate "C" not null,
  session_id text collate "C",
  status text not null,
  attempt integer not null,
  request_id text,
  created_at timestamptz not null,
  started_at timestamptz,
  completed_at timestamptz,
  expires_at timestamptz,
  metadata json,
  response json,
  error json,
  constraint jobs_pk primary key (job_id)
) with (fillfactor = 60);

create index jobs_newest on jobs (tenant_id, created_at desc, job_id desc);
create index jobs_of_session on jobs (tenant_id, session_id, created_at desc, job_id desc);

-- The ledger: a row for each provider call, never changed.
create table usage_events (
  event_id text collate "C" not null,
  job_id text collate "C" not null,
  tenant_id text collate "C" not null,
  session_id text collate "C" not null,
  request_id text,
  bot_id text,
  provider text not null,
  model text not null,
  finish_reason text not null,
  duration_ms bigint not null,
  occurred_at timestamptz not null,
  routing_decision text not null,
  metadata json,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cached_tokens bigint not null,
  cached_read_tokens bigint not null,
  cached_write_tokens bigint not null,
  reasoning_tokens bigint not null,
  cost_usd numeric,
  price_version text,
  estimated boolean not null,
  constraint usage_events_pk primary key (event_id)
);

create index usage_events_of_job on usage_events (job_id);
create index usage_events_of_tenant on usage_events (tenant_id, occurred_at, event_id);
create index usage_events_of_session on usage_events (tenant_id, session_id);
-- For exports over all tenants; rows arrive nearly in this order, so a block range index is enough.
create index usage_events_by_time on usage_events using brin (occurred_at);

-- The sums that the aggregator keeps, absolute; the version only ever grows.
create table usage_totals (
  tenant_id text collate "C" not null,
  hour timestamptz not null,
  provider text collate "C" not null,
  model text collate "C" not null,
  version bigint not null,
  request_count bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  cached_tokens bigint not null,
  cached_write_tokens bigint not null,
  cost_usd numeric not null,
  unpriced_request_count bigint not null,
  estimated_request_count bigint not null,
  constraint usage_totals_pk primary key (tenant_id, hour, provider, model)
) with (fillfactor = 70);

-- One row: when totals were last written.
create table usage_totals_written (
  only_row boolean not null default true,
  written_at timestamptz not null,
  constraint usage_totals_written_pk primary key (only_row),
  constraint usage_totals_written_one check (only_row)
);

create table api_keys (
  key_id text collate "C" not null,
  tenant_id text collate "C" not null,
  role text not null,
  sha256 text collate "C" not null,
  label text,
  created_at timestamptz not null,
  revoked_at timestamptz,
  constraint api_keys_pk primary key (key_id),
  constraint api_keys_hash unique (sha256)
);

create index api_keys_of_tenant on api_keys (tenant_id, created_at, key_id);

create table secrets (
  name text collate "C" not null,
  secret bytea not null,
  constraint secrets_pk primary key (name)
);

-- The second fence between tenants. A connection sees the rows of the tenant it has named for its
-- transaction, or, in the services that work for all tenants, every row. Forced, so that it holds
-- for the owner of the tables too; superusers pass it always.
-- api_keys and secrets have none: they are read before the tenant is known.

alter table sessions enable row level security;
alter table sessions force row level security;
create policy tenant_fence on sessions using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));

alter table messages enable row level security;
alter table messages force row level security;
create policy tenant_fence on messages using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));

alter table jobs enable row level security;
alter table jobs force row level security;
create policy tenant_fence on jobs using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));

alter table usage_events enable row level security;
alter table usage_events force row level security;
create policy tenant_fence on usage_events using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));

alter table usage_totals enable row level security;
alter table usage_totals force row level security;
create policy tenant_fence on usage_totals using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));
