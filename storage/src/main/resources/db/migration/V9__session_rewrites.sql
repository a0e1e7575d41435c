-- How often messages were taken out. As long as it stays, what once stood at a position stands there,
-- so that whoever has read messages before needs only those that were appended since.
alter table sessions add column rewrites bigint not null default 0;
