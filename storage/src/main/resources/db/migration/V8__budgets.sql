-- What a tenant has spent in a calendar month (UTC): the sum of its ledger rows of that month, kept
-- up to date by the trigger below in the transaction that writes them. A row is made by the first
-- turn that a budget is checked for; tenants without budgets have none.
create table tenant_spend (
  tenant_id text collate "C" not null,
  month date not null,
  spent_usd numeric not null,
  constraint tenant_spend_pk primary key (tenant_id, month)
) with (fillfactor = 70);

-- What jobs that are being called for may cost at most, as long as the ledger does not know it.
create table budget_holds (
  job_id text collate "C" not null,
  tenant_id text collate "C" not null,
  month date not null,
  amount_usd numeric not null,
  -- for what a killed worker has left
  expires_at timestamptz not null,
  constraint budget_holds_pk primary key (job_id)
);

create index budget_holds_of_month on budget_holds (tenant_id, month);

alter table tenant_spend enable row level security;
alter table tenant_spend force row level security;
create policy tenant_fence on tenant_spend using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));

alter table budget_holds enable row level security;
alter table budget_holds force row level security;
create policy tenant_fence on budget_holds using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));

-- Everybody locks rows of tenant_spend in the order of their key, and holds after them. Rows of the
-- ledger that were there already are not among the new ones, so nothing is counted twice.
create function count_spend() returns trigger language plpgsql as $$
declare
  cell record;
begin
  for cell in
    select s.tenant_id, s.month, sum(n.cost_usd) as cost
    from new_rows n
    join tenant_spend s on s.tenant_id = n.tenant_id
      and s.month = date_trunc('month', n.occurred_at at time zone 'UTC')::date
    where n.cost_usd is not null
    group by s.tenant_id, s.month
    order by s.tenant_id, s.month
  loop
    update tenant_spend
    set spent_usd = spent_usd + cell.cost
    where tenant_id = cell.tenant_id and month = cell.month;
  end loop;
  delete from budget_holds h using new_rows n where h.job_id = n.job_id;
  return null;
end $$;

create trigger usage_events_spend after insert on usage_events
  referencing new table as new_rows
  for each statement execute function count_spend();
