-- When an earlier session of the same id was deleted: messages that were accepted until then are not for this one.
alter table sessions add column deleted_before timestamptz;
