-- When sessions were deleted, so that messages that were accepted before do not make them again.
create table session_deletions (
  tenant_id text collate "C" not null,
  session_id text collate "C" not null,
  deleted_at timestamptz not null,
  constraint session_deletions_pk primary key (tenant_id, session_id)
);

create index session_deletions_by_time on session_deletions (deleted_at);

alter table session_deletions enable row level security;
alter table session_deletions force row level security;
create policy tenant_fence on session_deletions using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));
