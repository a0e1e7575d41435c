-- What became of the records of usage.events, by tenant, hour and partition, absolute: read_count
-- only ever grows, and of two rows for the same key the one that has read more is the newer.
-- The tenant is empty for records that do not tell whose they are.
create table usage_counts (
  tenant_id text collate "C" not null,
  hour timestamptz not null,
  partition integer not null,
  read_count bigint not null,
  aggregated_count bigint not null,
  duplicate_count bigint not null,
  late_count bigint not null,
  dead_lettered_count bigint not null,
  constraint usage_counts_pk primary key (tenant_id, hour, partition)
) with (fillfactor = 70);

alter table usage_counts enable row level security;
alter table usage_counts force row level security;
create policy tenant_fence on usage_counts using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));

-- Sums of one bot are made from the ledger; most events have none, and cost nothing here.
create index usage_events_of_bot on usage_events (tenant_id, bot_id, occurred_at)
  where bot_id is not null;
