-- A correction is a row of its own: no request, no tokens, the difference in cost. The row that it
-- corrects stays as it is.
alter table usage_events
  add column cached_write_1h_tokens bigint,
  add column corrects text collate "C",
  add column corrects_unpriced boolean not null default false;

create index usage_events_corrections on usage_events (corrects) where corrects is not null;

-- Corrections that were written and not published yet; few, and for a short time.
create table usage_unpublished (
  event_id text collate "C" not null,
  tenant_id text collate "C" not null,
  constraint usage_unpublished_pk primary key (event_id)
);

alter table usage_unpublished enable row level security;
alter table usage_unpublished force row level security;
create policy tenant_fence on usage_unpublished using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));

-- Every price book that calls were priced with, so that a cost can be taken apart again later.
create table price_books (
  version text collate "C" not null,
  book json not null,
  recorded_at timestamptz not null,
  constraint price_books_pk primary key (version)
);

-- What was told in the batch exports, by tenant and UTC day: the files are made from these alone.
create table usage_exports (
  tenant_id text collate "C" not null,
  day date not null,
  correction integer not null,
  closed boolean not null,
  summary json not null,
  -- in which form the files lie; null: not known to
  stored text,
  constraint usage_exports_pk primary key (tenant_id, day, correction)
);

create index usage_exports_by_day on usage_exports (day);

alter table usage_exports enable row level security;
alter table usage_exports force row level security;
create policy tenant_fence on usage_exports using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));
