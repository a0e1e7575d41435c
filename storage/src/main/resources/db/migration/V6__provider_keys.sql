-- A tenant's own key for a model provider, sealed: without the master key, which is in no database,
-- the bytes tell nothing, and they open for this tenant and this provider alone.
create table provider_keys (
  tenant_id text collate "C" not null,
  provider text collate "C" not null,
  -- which master key opens it
  master_key_id text not null,
  sealed bytea not null,
  updated_at timestamptz not null,
  constraint provider_keys_pk primary key (tenant_id, provider)
);

alter table provider_keys enable row level security;
alter table provider_keys force row level security;
create policy tenant_fence on provider_keys using (
  (select current_setting('parley.scope', true)) = 'service'
  or tenant_id = (select current_setting('parley.tenant', true)));
