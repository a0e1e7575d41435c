-- What an operator has set for one tenant; null takes the deployment's default. A tenant that has
-- no row has all the defaults.
create table tenant_settings (
  tenant_id text collate "C" not null,
  weight integer,
  max_in_flight integer,
  max_queued integer,
  requests_per_second integer,
  request_burst integer,
  monthly_budget_usd numeric,
  budget_action text,
  version bigint not null,
  updated_at timestamptz not null,
  constraint tenant_settings_pk primary key (tenant_id)
);

alter table tenant_settings enable row level security;
alter table tenant_settings force row level security;
create policy tenant_fence on tenant_settings using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));
