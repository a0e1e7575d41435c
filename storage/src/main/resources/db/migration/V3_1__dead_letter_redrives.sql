-- Which dead letters were sent again. The letters themselves stay where they are, in the log.
create table dead_letter_redrives (
  letter_id text collate "C" not null,
  claimed_at timestamptz not null,
  -- null until the record is in the log again
  redriven_at timestamptz,
  constraint dead_letter_redrives_pk primary key (letter_id)
);
