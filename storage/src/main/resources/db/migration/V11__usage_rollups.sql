-- Sums of the ledger that are finer than the totals, made once an hour or a day is over. They are
-- derived: where one is missing or not of the totals' version any more, the ledger is read.

-- Hours and days (UTC) whose totals have changed since they were looked at.
create table usage_rollups_due (
  grain text collate "C" not null,
  begins timestamptz not null,
  tenant_id text collate "C" not null,
  constraint usage_rollups_due_pk primary key (grain, begins, tenant_id)
);

-- Of which hours and days there are such sums. They hold as long as the versions of the totals in
-- the hour or day add up to this one: exactly the same events are in both.
create table usage_rollups (
  tenant_id text collate "C" not null,
  grain text collate "C" not null,
  begins timestamptz not null,
  version bigint not null,
  constraint usage_rollups_pk primary key (tenant_id, grain, begins)
);

create table usage_quarters (
  tenant_id text collate "C" not null,
  hour timestamptz not null,
  quarter timestamptz not null,
  provider text collate "C" not null,
  model text collate "C" not null,
  request_count bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  cached_tokens bigint not null,
  cached_write_tokens bigint not null,
  cost_usd numeric not null,
  unpriced_request_count bigint not null
);

create index usage_quarters_of_hour on usage_quarters (tenant_id, hour);

create table usage_session_days (
  tenant_id text collate "C" not null,
  day timestamptz not null,
  session_id text collate "C" not null,
  bot_id text,
  provider text collate "C" not null,
  model text collate "C" not null,
  request_count bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  cached_tokens bigint not null,
  cached_write_tokens bigint not null,
  cost_usd numeric not null,
  unpriced_request_count bigint not null
);

create index usage_session_days_of_day on usage_session_days (tenant_id, day);

-- of all tenants, for this transaction
select set_config('parley.scope', 'service', true);

insert into usage_rollups_due (grain, begins, tenant_id)
select distinct 'hour', hour, tenant_id from usage_totals
union all
select distinct 'day', date_trunc('day', hour, 'UTC'), tenant_id from usage_totals;

alter table usage_rollups_due enable row level security;
alter table usage_rollups_due force row level security;
create policy tenant_fence on usage_rollups_due using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));

alter table usage_rollups enable row level security;
alter table usage_rollups force row level security;
create policy tenant_fence on usage_rollups using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));

alter table usage_quarters enable row level security;
alter table usage_quarters force row level security;
create policy tenant_fence on usage_quarters using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));

alter table usage_session_days enable row level security;
alter table usage_session_days force row level security;
create policy tenant_fence on usage_session_days using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));
