-- What compacting a session came to, for the jobs that do it.
alter table jobs add column compaction json;

-- The attempt that has begun to write the job's end. Where sessions are kept elsewhere the messages
-- are appended before the job is ended; from then on it cannot be cancelled any more, unless the
-- worker is lost and a later attempt takes the job up.
alter table jobs add column sealed_attempt integer;

-- What turns do with messages for which there is no room, and the summary that they send in place
-- of all messages before summary_until.
alter table sessions add column context_strategy text;
alter table sessions add column summary json;
alter table sessions add column summary_until bigint;

-- Pinned messages are sent however old they are; there are few.
create index messages_pinned on messages (incarnation, position) where pinned;
